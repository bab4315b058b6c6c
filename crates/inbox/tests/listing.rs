//! Lists: which rows, in which order, under which days.

mod support;

use std::process::Command;

use chapfood_inbox::{Audience, Filter, Inbox};
use chapfood_protocol::NotificationType::{Error, Info, Warning};
use support::{Folder, HOUR, MORNING, arrival, at, id, on};

fn mixed(folder: &Folder) -> Inbox {
    let mut inbox = folder.open();
    let channels = [Some("commandes"), Some("cuisine"), None];
    let kinds = [Info, Warning, Error, Info];
    for place in 0..60 {
        let arrival = on(channels[place % 3], kinds[place % 4], &format!("n_{place:02}"));
        inbox.append(&[arrival], at(MORNING + place as i64 * HOUR)).expect("stored");
    }
    let read: Vec<_> =
        (0..60).filter(|place| place % 5 != 0).map(|place| id(&format!("n_{place:02}"))).collect();
    inbox.mark_read(&read, true).expect("marked");
    inbox
}

fn filters() -> Vec<Filter> {
    let audiences = [None, Some(Audience::Broadcast), Some(Audience::Channel("cuisine".into()))];
    let mut filters = Vec::new();
    for audience in audiences {
        for kind in [None, Some(Warning)] {
            for unread in [false, true] {
                for up_to_row in [None, Some(31)] {
                    let audience = audience.clone();
                    filters.push(Filter { unread, kind, audience, up_to_row, ..Filter::default() });
                }
            }
        }
    }
    filters
}

#[test]
fn a_filter_shows_exactly_the_rows_it_names() {
    let folder = Folder::new();
    let inbox = mixed(&folder);
    let all = inbox.page(&Filter::default(), 0, 100).expect("listed");
    assert!(all.windows(2).all(|pair| pair[0].row > pair[1].row), "newest first");
    for filter in filters() {
        let expected: Vec<_> = all
            .iter()
            .filter(|entry| !filter.unread || !entry.read)
            .filter(|entry| filter.kind.is_none_or(|kind| kind == entry.kind))
            .filter(|entry| match &filter.audience {
                None => true,
                Some(Audience::Broadcast) => entry.channel.is_none(),
                Some(Audience::Channel(name)) => entry.channel.as_ref() == Some(name),
            })
            .filter(|entry| filter.up_to_row.is_none_or(|row| entry.row <= row))
            .cloned()
            .collect();
        assert_eq!(inbox.page(&filter, 0, 100).expect("listed"), expected, "{filter:?}");
    }
}

#[test]
fn pages_places_and_days_agree() {
    let folder = Folder::new();
    let inbox = mixed(&folder);
    for filter in filters() {
        let all = inbox.page(&filter, 0, 100).expect("listed");
        let paged: Vec<_> =
            (0..10).flat_map(|page| inbox.page(&filter, page * 7, 7).expect("listed")).collect();
        assert_eq!(paged, all, "pages of 7 make up the list, {filter:?}");
        for (place, entry) in all.iter().enumerate() {
            let found = inbox.locate(&filter, &entry.id).expect("located");
            assert_eq!(found, Some(place as u32), "a row is where the list shows it, {filter:?}");
        }
        let days = inbox.outline(&filter).expect("outlined").days;
        let total: u32 = days.iter().map(|day| day.count).sum();
        assert_eq!(total as usize, all.len(), "the days hold the whole list, {filter:?}");
        assert!(days.windows(2).all(|pair| pair[0].date > pair[1].date), "newest day first, {filter:?}");
    }
}

#[test]
fn what_a_filter_hides_has_no_place() {
    let folder = Folder::new();
    let inbox = mixed(&folder);
    let unread = Filter { unread: true, ..Filter::default() };
    assert_eq!(inbox.locate(&unread, &id("n_01")).expect("located"), None, "it is read");
    assert_eq!(inbox.locate(&Filter::default(), &id("n_99")).expect("located"), None, "it is unknown");
}

#[test]
fn a_list_held_at_a_row_stands_still_while_new_ones_arrive() {
    let folder = Folder::new();
    let mut inbox = mixed(&folder);
    let held = Filter { up_to_row: Some(inbox.newest_row().expect("asked")), ..Filter::default() };
    let before = inbox.page(&held, 0, 100).expect("listed");
    inbox.append(&[arrival("n_new")], at(MORNING)).expect("stored");
    assert_eq!(inbox.page(&held, 0, 100).expect("listed"), before, "nothing moves under a finger");
    assert_eq!(
        inbox.page(&Filter::default(), 0, 1).expect("listed")[0].id,
        id("n_new"),
        "it is there all the same"
    );
}

#[test]
fn an_empty_history_has_empty_lists() {
    let folder = Folder::new();
    let inbox = folder.open();
    for filter in filters() {
        assert_eq!(inbox.page(&filter, 0, 100).expect("listed"), [], "{filter:?}");
        assert_eq!(inbox.outline(&filter).expect("outlined").days, [], "{filter:?}");
    }
    assert_eq!(inbox.newest_row().expect("asked"), 0, "no row is as good as row 0");
}

const ZONED: &str = "CHAPFOOD_TEST_HISTORY";

/// Runs in a process of its own, because a process has one time zone.
#[test]
#[ignore = "half of a test: days_are_those_of_the_computers_zone runs it, once per time zone"]
fn prints_days() {
    let file = std::env::var_os(ZONED).expect("the other test names the file");
    let days =
        Inbox::open(file.as_ref()).expect("opened").outline(&Filter::default()).expect("outlined").days;
    let days: Vec<_> = days.iter().map(|day| format!("{}:{}", day.date, day.count)).collect();
    println!("days={};", days.join(","));
}

#[test]
fn days_are_those_of_the_computers_zone() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    // 2026-06-07 from 10:00 to 23:45 UTC, and midnight.
    for (place, hours) in [(0, 0), (1, 5), (2, 8), (3, 13)] {
        inbox
            .append(&[arrival(&format!("n_{place}"))], at(MORNING + hours * HOUR + 45 * 60_000))
            .expect("stored");
    }
    inbox.append(&[arrival("n_4")], at(MORNING + 14 * HOUR)).expect("stored");
    drop(inbox);
    let cases = [
        ("UTC0", "2026-06-08:1,2026-06-07:4"),
        ("XST-2", "2026-06-08:2,2026-06-07:3"),
        ("XST-5:45", "2026-06-08:3,2026-06-07:2"),
        ("XST+11", "2026-06-07:4,2026-06-06:1"),
    ];
    for (zone, expected) in cases {
        let output = Command::new(std::env::current_exe().expect("this test has a file"))
            .args(["--exact", "prints_days", "--ignored", "--nocapture"])
            .env("TZ", zone)
            .env(ZONED, folder.file())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(&format!("days={expected};")), "in {zone} expected {expected}: {said}");
    }
}
