//! Whatever is done with the history in whatever order, it agrees with a list of what should be there.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use chapfood_inbox::{Errand, Expecting, Filter, Inbox, Todo};
use proptest::prelude::*;
use support::{Folder, HOUR, MORNING, arrival, at, id, on};

const HUB: &str = "http://127.0.0.1:8001";
const NAMES: usize = 6;

#[derive(Debug, Clone)]
enum Step {
    Arrive(usize),
    Read(usize, bool),
    ReadAll,
    Take(usize),
    Release(usize),
    Settle,
    Delete(usize),
    Restore(usize),
    EmptyTrash,
    Remind(usize),
    ComeBack,
    Erase,
    /// Some of the newest are entered into their index.
    Enter,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..NAMES;
    prop_oneof![
        4 => which.clone().prop_map(Step::Arrive),
        2 => (which.clone(), any::<bool>()).prop_map(|(place, read)| Step::Read(place, read)),
        1 => Just(Step::ReadAll),
        3 => which.clone().prop_map(Step::Take),
        2 => which.clone().prop_map(Step::Release),
        2 => Just(Step::Settle),
        3 => which.clone().prop_map(Step::Delete),
        3 => which.clone().prop_map(Step::Restore),
        1 => Just(Step::EmptyTrash),
        3 => which.prop_map(Step::Remind),
        2 => Just(Step::ComeBack),
        1 => Just(Step::Erase),
        2 => Just(Step::Enter),
        1 => Just(Step::Restart),
    ]
}

#[derive(Debug, Clone)]
struct Line {
    row: i64,
    read: bool,
    remind: bool,
    reminded: bool,
}

/// What should be there.
#[derive(Debug, Default)]
struct Model {
    last_row: i64,
    lines: BTreeMap<usize, Line>,
    trash: BTreeMap<usize, Line>,
    deleted: BTreeSet<usize>,
    /// What waits for the hub, in its order: whether it is a take.
    outbox: Vec<(usize, bool)>,
}

impl Model {
    fn is_held(&self, place: usize) -> bool {
        self.outbox.iter().rev().find(|(of, _)| *of == place).is_some_and(|(_, take)| *take)
    }

    fn new_row(&mut self) -> i64 {
        self.last_row += 1;
        self.last_row
    }

    fn do_step(&mut self, step: &Step) {
        match *step {
            Step::Arrive(place) if self.lines.contains_key(&place) || self.deleted.contains(&place) => {}
            Step::Arrive(place) => {
                let line = Line { row: self.new_row(), read: false, remind: false, reminded: false };
                self.lines.insert(place, line);
            }
            Step::Read(place, read) => {
                if let Some(line) = self.lines.get_mut(&place) {
                    line.read = read;
                }
            }
            Step::ReadAll => self.lines.values_mut().for_each(|line| line.read = true),
            Step::Take(place) | Step::Release(place) if !self.lines.contains_key(&place) => {}
            Step::Take(place) => {
                let was_held = self.is_held(place);
                self.outbox.push((place, true));
                if let Some(line) = self.lines.get_mut(&place).filter(|_| !was_held) {
                    line.remind = false;
                }
            }
            Step::Release(place) => self.outbox.push((place, false)),
            Step::Settle => {
                if !self.outbox.is_empty() {
                    self.outbox.remove(0);
                }
            }
            Step::Delete(place) => {
                if let Some(line) = self.lines.remove(&place) {
                    self.trash.insert(place, Line { remind: false, ..line });
                    self.deleted.insert(place);
                }
            }
            Step::Restore(place) => {
                if let Some(line) = self.trash.remove(&place) {
                    self.lines.insert(place, line);
                    self.deleted.remove(&place);
                }
            }
            Step::EmptyTrash => self.trash.clear(),
            Step::Remind(place) => {
                if let Some(line) = self.lines.get_mut(&place) {
                    line.remind = true;
                }
            }
            Step::ComeBack => {
                let mut due: Vec<_> = self.lines.iter().filter(|(_, line)| line.remind).collect();
                due.sort_by_key(|(_, line)| line.row);
                let due: Vec<_> = due.into_iter().map(|(place, _)| *place).collect();
                for place in due {
                    let line = Line { row: self.new_row(), read: false, remind: false, reminded: true };
                    self.lines.insert(place, line);
                }
            }
            Step::Erase => {
                self.lines.clear();
                self.trash.clear();
            }
            Step::Enter | Step::Restart => {}
        }
    }
}

fn name(place: usize) -> chapfood_protocol::NotificationId {
    id(&format!("n_{place}"))
}

fn channel(place: usize) -> Option<&'static str> {
    [Some("bar"), Some("salle"), None][place % 3]
}

fn do_step(folder: &Folder, mut inbox: Inbox, step: &Step, known: bool) -> Inbox {
    let mut queue = |errand| inbox.queue(HUB, &errand, Some("Moi"), at(MORNING)).map(drop).expect("queued");
    match *step {
        Step::Arrive(place) => {
            let kind = arrival("n").notification.kind;
            let arrival = on(channel(place), kind, name(place).as_str());
            inbox.append(&[arrival], at(MORNING)).map(drop).expect("stored");
        }
        Step::Read(place, read) => inbox.mark_read(&[name(place)], read).map(drop).expect("marked"),
        Step::ReadAll => inbox.mark_all_read(&Filter::default()).map(drop).expect("marked"),
        Step::Take(_) | Step::Release(_) if !known => {}
        Step::Take(place) => queue(Errand::Take(name(place))),
        Step::Release(place) => queue(Errand::Release(name(place))),
        Step::Settle => {
            let first = inbox.outbox().expect("read").first().map(|outgoing| outgoing.number);
            first.into_iter().for_each(|number| inbox.settle(number).expect("settled"));
        }
        Step::Delete(place) => inbox.delete(&[name(place)], at(MORNING)).map(drop).expect("deleted"),
        Step::Restore(place) => inbox.restore(&[name(place)]).map(drop).expect("restored"),
        Step::EmptyTrash => inbox.empty_trash(at(MORNING)).map(drop).expect("emptied"),
        Step::Remind(place) => inbox.remind(&name(place), Some(at(MORNING))).map(drop).expect("kept"),
        Step::ComeBack => inbox.come_back(at(MORNING)).map(drop).expect("back"),
        Step::Erase => inbox.erase().map(drop).expect("erased"),
        Step::Enter => {
            inbox.fill_recent(2).expect("entered");
        }
        Step::Restart => {
            drop(inbox);
            return folder.open();
        }
    }
    inbox
}

fn agree(inbox: &Inbox, model: &Model) -> Result<(), TestCaseError> {
    let mut lines: Vec<_> = model.lines.iter().collect();
    lines.sort_by_key(|(_, line)| -line.row);
    let rows = inbox.page(&Filter::default(), 0, 100).expect("listed");
    let shown: Vec<_> = rows
        .iter()
        .map(|r| (r.id.clone(), r.read, r.taken.is_some(), r.remind_at.is_some(), r.reminded))
        .collect();
    let expected: Vec<_> =
        lines.iter().map(|(p, l)| (name(**p), l.read, model.is_held(**p), l.remind, l.reminded)).collect();
    prop_assert_eq!(shown, expected);
    prop_assert!(rows.windows(2).all(|pair| pair[0].row > pair[1].row), "newest first");

    let tally = inbox.tally().expect("counted");
    let unread = model.lines.values().filter(|line| !line.read).count();
    prop_assert_eq!((tally.total as usize, tally.unread as usize), (model.lines.len(), unread));

    let expecting = Expecting { channels: BTreeMap::from([("bar".into(), 10)]), broadcasts: None };
    let todo = Todo { now: at(MORNING + HOUR), expecting };
    let waits: Vec<_> = lines
        .iter()
        .filter(|(place, _)| channel(**place) == Some("bar") && !model.is_held(**place))
        .map(|(place, _)| name(**place))
        .collect();
    let counted = inbox.todo(&todo).expect("counted");
    prop_assert_eq!((counted.count as usize, counted.late as usize), (waits.len(), waits.len()));
    let listed = inbox.page(&Filter { todo: Some(todo), ..Filter::default() }, 0, 100).expect("listed");
    prop_assert_eq!(listed.into_iter().map(|row| row.id).collect::<Vec<_>>(), waits);

    let words = Filter { search: "table 4".into(), ..Filter::default() };
    let found = inbox.page(&words, 0, 100).expect("listed");
    prop_assert_eq!(&found, &rows, "every row has these words, and nothing else is found");
    let first = inbox.page(&words, 0, 2).expect("listed");
    prop_assert_eq!(&first[..], &rows[..rows.len().min(2)], "also from the index of the newest");
    let reminder = inbox.next_reminder().expect("asked").is_some();
    prop_assert_eq!(reminder, model.lines.values().any(|line| line.remind));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_history_is_what_was_done_with_it(steps in prop::collection::vec(step(), 1..40)) {
        let folder = Folder::new();
        let (mut inbox, mut model) = (folder.open(), Model::default());
        for step in &steps {
            let known = match step {
                Step::Take(place) | Step::Release(place) => model.lines.contains_key(place),
                _ => true,
            };
            inbox = do_step(&folder, inbox, step, known);
            model.do_step(step);
            agree(&inbox, &model)?;
        }
    }
}
