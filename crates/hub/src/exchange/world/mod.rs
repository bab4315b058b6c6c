//! A model world around the delivery core: everything that can happen between a few clients and a hub, in any
//! order, with an account of who is due what.
//!
//! The log (on a real file), the places, the marks, the seats and the window are the hub's own. Time, the
//! network, the disk of the devices and the order in which the hub's tasks get to work are the world's.

mod account;
mod exchange;
mod hub;
mod people;
mod steps;
mod stories;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chapfood_protocol::BROADCAST;
use proptest::prelude::*;

use crate::log::Look;
use account::Account;
use hub::{Ask, Hub, Line};
use people::{Packet, Person, Up};
use steps::{Step, WORK, any_step, flow};

const BOB: usize = 0;
const BAR: usize = 2;
const TILL: usize = 3;
const NOBODY: usize = 4;
/// Two stock clients, two devices that acknowledge, and one client that gives no name.
const PEOPLE: [&str; 5] = ["bob", "eve", "device-bar", "device-till", "nobody"];
const CHANNELS: [&str; 2] = ["a", "b"];
/// More than ever waits anywhere.
const MANY: usize = 300;
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;
/// 2026.
const BEGIN_MICROS: i64 = 1_780_000_000_000_000;

struct World {
    hub: Hub,
    people: Vec<Person>,
    account: Account,
    /// What clients sent and the hub has not heard.
    up: BTreeMap<Line, VecDeque<Up>>,
    /// Broken links that the hub takes for whole.
    broken: BTreeSet<Line>,
    /// Lines with a ping on its way, or its pong.
    pinged: BTreeSet<Line>,
    whose: BTreeMap<Line, usize>,
    copy: Option<PathBuf>,
    now_micros: i64,
    /// By how much the hub's clock is wrong.
    clock_error: i64,
    /// When the hub was started.
    started_micros: i64,
    step: usize,
}

impl World {
    fn new() -> Self {
        Self {
            hub: Hub::new(Look { clock: BEGIN_MICROS / 1_000, uptime: Duration::ZERO }),
            people: PEOPLE.map(Person::new).into(),
            account: Account::default(),
            up: BTreeMap::new(),
            broken: BTreeSet::new(),
            pinged: BTreeSet::new(),
            whose: BTreeMap::new(),
            copy: None,
            now_micros: BEGIN_MICROS,
            clock_error: 0,
            started_micros: BEGIN_MICROS,
            step: 0,
        }
    }

    /// Lets one thing happen. An error is a promise broken.
    fn take(&mut self, step: &Step) -> Result<(), String> {
        self.step += 1;
        self.now_micros += 1_000;
        match *step {
            Step::Send(channel, client_id) => {
                self.hub.send(channel.map(|n| CHANNELS[n]), client_id.map(|id| id.to_string()));
            }
            Step::Burst(channel, count) => {
                (0..count).for_each(|_| self.hub.send(Some(CHANNELS[channel]), None));
            }
            Step::Claim(which, who, kind) => {
                if let Some(id) = self.account.notification(which) {
                    self.hub.claim(id, kind, PEOPLE[who]);
                }
            }
            Step::Connect(who) => self.connect(who),
            Step::Join(who, channel) => self.join(who, CHANNELS[channel]),
            Step::Leave(who, channel) => self.leave(who, &CHANNELS[channel].into()),
            Step::Hear(who, most) => self.hear(who, most),
            Step::Commit(most) => return self.commit(most),
            Step::Learn(most) => {
                self.hub.learn(most);
                return self.said_goodbye();
            }
            Step::ReadLog => self.hub.read_log(),
            Step::TakeFeed => self.hub.take_feed(),
            Step::ServeBusy => self.hub.serve_busy(),
            Step::KernelTakes(who, most) => {
                if let Some(link) = &mut self.people[who].link {
                    link.wire.extend(self.hub.kernel_takes(link.line, most));
                }
            }
            Step::Arrive(who, most) => {
                for _ in 0..most {
                    self.arrive(who)?;
                }
            }
            Step::Store(who, most) => (0..most).for_each(|_| self.people[who].store(self.step)),
            Step::Acknowledge(who) => {
                let receipts = self.people[who].receipts();
                self.say(who, receipts);
            }
            Step::Ping(who) => {
                if let Some(link) = &self.people[who].link
                    && !self.pinged.contains(&link.line)
                    && self.hub.ping(link.line)
                {
                    self.pinged.insert(link.line);
                }
            }
            Step::Alive(who) => {
                let [hear, takes, arrive, _] = flow(who);
                return self.take_all(&[Step::Ping(who), takes, arrive, hear]);
            }
            Step::Lose(who, heard) => self.lose(who, heard),
            Step::Notice => self.notice(),
            Step::Go(who) => self.go(who),
            Step::WriteMarks => self.hub.write_marks(),
            Step::Crash => {
                self.hub_starts();
            }
            Step::Stop => {
                self.hub.learn(usize::MAX);
                self.said_goodbye()?;
                self.hub.write_marks();
                self.commit(usize::MAX)?;
                self.hub_starts();
            }
            Step::Backup => {
                self.copy = Some(self.hub.backup());
                self.account.backup();
            }
            Step::Restore => {
                if let Some(copy) = self.copy.clone() {
                    self.started_micros = self.now_micros;
                    let look = self.look();
                    self.hub.restore(&copy, look);
                    self.all_links_break();
                    self.account.restore(self.step);
                }
            }
            Step::Prune => {
                self.hub.note_who_is_here();
                self.commit(MANY)?;
                self.hub.prune(self.look());
                return self.account.pruned(&self.hub.kept(), &self.people, self.now_micros, self.step);
            }
            Step::Copy(who) => self.people[who].copy(),
            Step::PutBack(who) => {
                self.lose(who, 0);
                self.people[who].put_back(self.step);
            }
            Step::Jump(days) => {
                self.clock_error += i64::from(days) * 24 * HOUR_MICROS;
                self.account.clock_leaps();
            }
            Step::Work => return self.take_all(&WORK),
            Step::Flow(who) => return self.take_all(&flow(who)),
            Step::Pass(hours) => self.now_micros += i64::from(hours) * HOUR_MICROS,
        }
        Ok(())
    }

    fn take_all(&mut self, steps: &[Step]) -> Result<(), String> {
        steps.iter().try_for_each(|step| self.take(step))
    }

    /// What the hub reads when it looks at the clock.
    fn look(&self) -> Look {
        let clock = (self.now_micros + self.clock_error) / 1_000;
        Look { clock, uptime: Duration::from_micros((self.now_micros - self.started_micros).unsigned_abs()) }
    }

    fn hub_starts(&mut self) {
        self.started_micros = self.now_micros;
        self.hub.crash(self.look());
        self.all_links_break();
    }

    fn connect(&mut self, who: usize) {
        if self.people[who].link.is_none() {
            let line = self.whose.len();
            self.whose.insert(line, who);
            let auth = self.people[who].connect(line);
            self.hub.connect(line, &auth);
        }
    }

    fn say(&mut self, who: usize, what: impl IntoIterator<Item = Up>) {
        if let Some(link) = self.people[who].link.as_ref().filter(|link| !link.closing) {
            self.up.entry(link.line).or_default().extend(what);
        }
    }

    fn join(&mut self, who: usize, channel: &str) {
        if let Some(link) = &mut self.people[who].link {
            link.channels.insert(channel.into());
            link.is_to_go.remove(channel);
            self.say(who, [Up::Ask(Ask::Join, channel.into())]);
        }
    }

    fn leave(&mut self, who: usize, channel: &Arc<str>) {
        if let Some(link) = &mut self.people[who].link {
            *link.leaving.entry(Arc::clone(channel)).or_default() += 1;
            link.is_to_go.insert(Arc::clone(channel));
            self.say(who, [Up::Ask(Ask::Leave(Arc::clone(channel)), Arc::clone(channel))]);
        }
    }

    fn go(&mut self, who: usize) {
        self.say(who, [Up::Ask(Ask::Gone { in_order: true }, BROADCAST.into())]);
        if let Some(link) = &mut self.people[who].link {
            link.closing = true;
        }
    }

    /// The hub hears the next things that a client sent, over this link and over broken ones.
    fn hear(&mut self, who: usize, most: usize) {
        for (line, up) in self.up.iter_mut().filter(|(line, _)| self.whose[line] == who) {
            for _ in 0..most {
                match up.pop_front() {
                    Some(Up::Pong) => {
                        self.pinged.remove(line);
                        self.hub.on_pong(*line);
                    }
                    Some(Up::Ask(ask, channel)) => self.hub.ask(*line, ask, &channel),
                    None => break,
                }
            }
        }
    }

    fn commit(&mut self, most: usize) -> Result<(), String> {
        for committed in self.hub.commit(most, (self.now_micros + self.clock_error).max(0), self.look()) {
            self.account.note(committed, self.now_micros)?;
        }
        self.account.check_cursors(&self.hub.cursors(), &self.people)
    }

    fn arrive(&mut self, who: usize) -> Result<(), String> {
        let name = PEOPLE[who];
        let arrived = self.people[who].arrive(self.step).map_err(|what| format!("{name}: {what}"))?;
        let Some((packet, answer)) = arrived else { return Ok(()) };
        if let (Packet::Entry(entry), Some(link)) = (&packet, &self.people[who].link) {
            let expected = self.account.expects(entry, &self.people[who]);
            let expected = expected.and(self.hub.gave_anew(link.line, entry));
            expected.map_err(|what| format!("{name}: {what}"))?;
        }
        self.say(who, answer);
        Ok(())
    }

    fn lose(&mut self, who: usize, heard: usize) {
        let Some(link) = self.people[who].link.take() else { return };
        if let Some(up) = self.up.get_mut(&link.line) {
            up.truncate(heard);
            // Whoever says goodbye has read what came before; who could not, did not say it.
            if link.closing && !link.wire.is_empty() {
                up.retain(|up| !matches!(up, Up::Ask(Ask::Gone { .. }, _)));
            }
        }
        self.broken.insert(link.line);
    }

    fn notice(&mut self) {
        for line in std::mem::take(&mut self.broken) {
            self.up.remove(&line);
            self.hub.ask(line, Ask::Gone { in_order: false }, BROADCAST);
        }
    }

    fn all_links_break(&mut self) {
        self.people.iter_mut().for_each(|person| person.link = None);
        self.up.clear();
        self.broken.clear();
        self.pinged.clear();
    }

    /// Who went in order and was heard has read what had left the hub by then.
    fn said_goodbye(&mut self) -> Result<(), String> {
        for who in 0..self.people.len() {
            let gone = |link: &people::Link| link.closing && !self.hub.knows(link.line);
            if self.people[who].link.as_ref().is_some_and(gone) {
                while self.people[who].link.as_ref().is_some_and(|link| !link.wire.is_empty()) {
                    self.arrive(who)?;
                }
                self.people[who].link = None;
            }
        }
        Ok(())
    }

    fn everybody_comes(&mut self) -> Result<(), String> {
        for who in 0..self.people.len() {
            self.take_all(&[
                Step::Connect(who),
                Step::Join(who, 0),
                Step::Join(who, 1),
                Step::Hear(who, MANY),
            ])?;
        }
        self.take_all(&WORK)
    }

    /// Everything that is under way gets where it goes.
    fn come_to_rest(&mut self) -> Result<(), String> {
        self.notice();
        for _ in 0..MANY {
            for who in 0..self.people.len() {
                self.take_all(&flow(who))?;
                self.take(&Step::Acknowledge(who))?;
            }
            if self.hub.is_idle() && self.up.values().all(VecDeque::is_empty) {
                return self.hub.check_all_are_level();
            }
            self.take_all(&WORK)?;
        }
        Err("the hub never comes to rest".into())
    }

    /// Everybody comes back and joins where they ever were.
    fn everybody_comes_back(&mut self) -> Result<(), String> {
        self.take(&Step::Stop)?;
        for who in 0..self.people.len() {
            self.connect(who);
            for channel in CHANNELS {
                if self.account.knows(&self.people[who], channel) {
                    self.join(who, channel);
                }
            }
        }
        self.come_to_rest()?;
        let promised = self.people.iter().filter_map(|person| person.link.as_ref());
        if promised.flat_map(|link| link.joined.values()).any(|(_, pending)| *pending > 0) {
            return Err("less was pending than was said".into());
        }
        self.account.check_everything_came(&self.people)
    }
}

/// As many cases as suit every run; `PROPTEST_CASES` asks for more.
fn a_few() -> ProptestConfig {
    let default = ProptestConfig { max_shrink_iters: 5_000, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        default
    } else {
        ProptestConfig { cases: 64, ..default }
    }
}

proptest! {
    #![proptest_config(a_few())]

    /// Nothing is lost, doubled, out of order or unexpected, whatever happens in whatever order, and what cannot
    /// be given any more is said.
    #[test]
    fn everybody_gets_what_is_due_to_them_whatever_happens(
        everybody_is_there in any::<bool>(),
        steps in prop::collection::vec(any_step(), 1..400),
    ) {
        happens(everybody_is_there, &steps).map_err(TestCaseError::fail)?;
    }
}

/// Lets all of it happen, and everybody come back in the end.
fn happens(everybody_is_there: bool, steps: &[Step]) -> Result<(), String> {
    let mut world = World::new();
    if everybody_is_there {
        world.everybody_comes()?;
    }
    world.take_all(steps)?;
    world.come_to_rest()?;
    world.everybody_comes_back()
}
