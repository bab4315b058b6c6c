//! Finding notifications by their words.

mod support;

use chapfood_inbox::{Arrival, Audience, Filter, Inbox};
use chapfood_protocol::NotificationType::{Error, Info};
use rusqlite::Connection;
use serde_json::json;
use support::{Folder, HOUR, MORNING, arrival, at, id, on};

fn with(name: &str, title: &str, message: &str) -> Arrival {
    let mut arrival = arrival(name);
    arrival.notification.channel = None;
    arrival.notification.title = title.into();
    arrival.notification.message = message.into();
    arrival
}

fn searching(search: &str) -> Filter {
    Filter { search: search.into(), ..Filter::default() }
}

fn ids(inbox: &Inbox, filter: &Filter) -> Vec<String> {
    let rows = inbox.page(filter, 0, 100).expect("listed");
    rows.into_iter().map(|row| row.id.as_str().to_owned()).collect()
}

fn found(inbox: &Inbox, search: &str) -> Vec<String> {
    ids(inbox, &searching(search))
}

fn menu(folder: &Folder) -> Inbox {
    let mut inbox = folder.open();
    let mut order = with("n_5", "Nouvelle commande", "x");
    let data =
        json!({ "ref": "ORD-42", "plats": [{ "nom": "Bœuf \n bourguignon", "prix": 12.5 }], "payé": true });
    order.notification.data = data.as_object().cloned();
    order.notification.sender = "Caisse Élodie".into();
    let arrivals = [
        with("n_1", "Crème brûlée", "Table 4"),
        with("n_2", "Commande n°42", "🍔 deux burgers"),
        with("n_3", "طلب جديد", "قهوة"),
        on(Some("cuisine"), Error, "n_4"),
        order,
    ];
    inbox.append(&arrivals, at(MORNING)).expect("stored");
    inbox
}

#[test]
fn words_are_found_whatever_their_accents_and_case_and_by_their_beginnings() {
    let folder = Folder::new();
    let inbox = menu(&folder);
    let cases: [(&str, &[&str]); 18] = [
        ("creme", &["n_1"]),
        ("CRÈM", &["n_1"]),
        ("table brul", &["n_1"]),
        ("caisse table", &["n_4", "n_1"]),
        ("brul commande", &[]),
        ("ord-42", &["n_5"]),
        ("42", &["n_5", "n_2"]),
        ("n°42", &["n_2"]),
        ("commande", &["n_5", "n_4", "n_2"]),
        ("🍔", &["n_2"]),
        ("قهو", &["n_3"]),
        ("boeuf", &["n_5"]),
        ("bœuf", &["n_5"]),
        ("bourguignon 12.5", &["n_5"]),
        ("plats", &["n_5"]),
        ("elodie", &["n_5"]),
        ("cuisine", &["n_4"]),
        ("true", &[]),
    ];
    for (search, expected) in cases {
        assert_eq!(found(&inbox, search), expected, "{search}");
    }
    assert_eq!(found(&inbox, " \t ").len(), 5, "nothing was typed");
}

#[test]
fn what_somebody_types_is_never_taken_for_a_query() {
    let folder = Folder::new();
    let inbox = menu(&folder);
    let long = "x".repeat(10_000);
    let words = "burger ".repeat(2_000);
    let hostile = [
        "\"",
        "\"\"",
        "'",
        "*",
        "a*b\"c",
        "NOT",
        "AND OR",
        "NEAR(a b, 2)",
        "text : creme",
        "{text} : creme",
        "^creme -- ;",
        "( creme",
        "\0creme",
        "search MATCH 'x'",
        "\u{202e}%_\\",
        "!!!",
        "\"creme",
        &long,
    ];
    for search in hostile {
        found(&inbox, search);
        inbox.outline(&searching(search)).expect("outlined");
        inbox.locate(&searching(search), &id("n_1")).expect("located");
    }
    assert_eq!(found(&inbox, "\"creme"), ["n_1"], "a quote is no part of a word");
    assert_eq!(found(&inbox, "!!! creme --"), ["n_1"], "nor is what has no letter");
    assert_eq!(found(&inbox, "!!!"), [""; 0], "alone it finds nothing");
    assert_eq!(found(&inbox, "\""), [""; 0], "alone it finds nothing");
    assert_eq!(found(&inbox, "not"), [""; 0], "a word like any other");
    assert_eq!(found(&inbox, &words), ["n_2"], "too much of it is cut");
}

#[test]
fn a_search_goes_with_every_other_filter_and_list() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    for place in 0..60_i64 {
        let channel = [Some("commandes"), Some("cuisine"), None][place as usize % 3];
        let mut arrival = on(channel, [Info, Error][place as usize % 2], &format!("n_{place:02}"));
        arrival.notification.title = if place % 4 == 0 { "Crêpe".into() } else { "Glace".to_owned() };
        inbox.append(&[arrival], at(MORNING + place * HOUR)).expect("stored");
    }
    inbox.mark_read(&[id("n_00"), id("n_12"), id("n_48")], true).expect("marked");
    let all = inbox.page(&Filter::default(), 0, 100).expect("listed");
    for audience in [None, Some(Audience::Broadcast), Some(Audience::Channel("cuisine".into()))] {
        for kind in [None, Some(Error), Some(Info)] {
            for unread in [false, true] {
                for up_to_row in [None, Some(41)] {
                    let audience = audience.clone();
                    let without = Filter { unread, kind, audience, up_to_row, ..Filter::default() };
                    let filter = Filter { search: "crep".into(), ..without.clone() };
                    let rows = inbox.page(&without, 0, 100).expect("listed");
                    let expected: Vec<_> = rows.into_iter().filter(|row| row.title == "Crêpe").collect();
                    let paged: Vec<_> =
                        (0..8).flat_map(|page| inbox.page(&filter, page * 2, 2).expect("listed")).collect();
                    let whole = inbox.page(&filter, 0, 100).expect("listed");
                    assert_eq!(whole, expected, "{filter:?}");
                    assert_eq!(paged, expected[..expected.len().min(16)], "{filter:?}");
                    for (place, row) in expected.iter().enumerate() {
                        let located = inbox.locate(&filter, &row.id).expect("located");
                        assert_eq!(located, Some(place as u32), "{filter:?}");
                    }
                    let outline = inbox.outline(&filter).expect("outlined");
                    let total: u32 = outline.days.iter().map(|day| day.count).sum();
                    assert_eq!((total as usize, outline.capped), (expected.len(), false), "{filter:?}");
                    assert!(
                        outline.days.windows(2).all(|pair| pair[0].date > pair[1].date),
                        "newest day first"
                    );
                }
            }
        }
    }
    assert_eq!(inbox.locate(&searching("crep"), &id("n_01")).expect("located"), None, "that is ice cream");
    let cuisine = Filter { audience: Some(Audience::Channel("cuisine".into())), ..searching("crep") };
    let unread = all.iter().filter(|row| row.title == "Crêpe" && !row.read);
    let unread = unread.filter(|row| row.channel.as_deref() == Some("cuisine")).count();
    assert_eq!(inbox.mark_all_read(&cuisine).expect("marked") as usize, unread);
    assert_eq!(inbox.mark_all_read(&cuisine).expect("marked"), 0, "they are read now");
    let left = all.iter().filter(|row| !row.read).count() - unread;
    assert_eq!(inbox.tally().expect("counted").unread as usize, left, "and no others");
}

#[test]
fn what_finds_too_much_says_so_and_shows_the_newest() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let many: Vec<_> = (0..5_001).map(|number| with(&format!("n_{number:04}"), "Commande", "x")).collect();
    inbox.append(&many, at(MORNING)).expect("stored");
    let outline = inbox.outline(&searching("comm")).expect("outlined");
    assert_eq!((outline.days[0].count, outline.capped), (5_000, true));
    assert_eq!(ids(&inbox, &searching("comm"))[0], "n_5000");
    let end = inbox.page(&searching("comm"), 4_990, 100).expect("listed");
    assert_eq!((end.len(), end[9].id.as_str()), (10, "n_0001"), "the list ends where its outline says");
    inbox.mark_read(&[id("n_5000"), id("n_4999")], true).expect("read");
    assert_eq!(inbox.mark_all_read(&searching("comm")).expect("marked"), 4_998, "what is listed and unread");
    let below = inbox.details(&id("n_0000")).expect("read").expect("here");
    assert!(!below.entry.read, "nobody has seen what is below the end of the list");
    let rest = Filter { up_to_row: Some(5_000), ..searching("comm") };
    assert!(!inbox.outline(&rest).expect("outlined").capped, "all of them are listed");
    let mut filter = searching("comm");
    let mut sliced = Vec::new();
    loop {
        let slice = inbox.slice(&filter, 700).expect("read");
        sliced.extend(slice.rows.into_iter().map(|row| row.entry.row));
        match slice.next {
            Some(next) => filter.up_to_row = Some(next),
            None => break,
        }
    }
    assert_eq!(sliced, (1..=5_001).rev().collect::<Vec<_>>(), "slice by slice everything is there, once");
}

#[test]
fn what_goes_from_the_history_is_not_found_and_what_comes_back_is() {
    let folder = Folder::new();
    let mut inbox = menu(&folder);
    inbox.delete(&[id("n_1")], at(MORNING)).expect("deleted");
    assert_eq!(found(&inbox, "creme"), [""; 0]);
    inbox.restore(&[id("n_1")]).expect("restored");
    assert_eq!(found(&inbox, "creme"), ["n_1"]);
    inbox.remind(&id("n_1"), Some(at(MORNING))).expect("kept");
    inbox.come_back(at(MORNING)).expect("back");
    assert_eq!(found(&inbox, "table"), ["n_1", "n_4"], "where it is now");
    inbox.erase().expect("erased");
    assert_eq!(found(&inbox, "commande"), [""; 0]);
    inbox.append(&[with("n_9", "Crème", "x")], at(MORNING)).expect("stored");
    assert_eq!(found(&inbox, "creme"), ["n_9"]);
}

#[test]
fn an_older_history_is_entered_bit_by_bit_the_newest_first() {
    let folder = Folder::new();
    drop(menu(&folder));
    let raw = Connection::open(folder.file()).expect("opened");
    raw.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         INSERT INTO search_fill SELECT max(row) FROM notification",
    )
    .expect("as after an update");
    drop(raw);
    let mut inbox = folder.open();
    inbox.append(&[with("n_6", "Commande", "x")], at(MORNING)).expect("stored");
    assert_eq!(found(&inbox, "commande"), ["n_6"], "what arrives is found at once");
    inbox.delete(&[id("n_2"), id("n_4")], at(MORNING)).expect("deleted");
    inbox.restore(&[id("n_2")]).expect("restored");
    assert!(inbox.outline(&searching("commande")).expect("outlined").capped, "the oldest are not there");
    assert!(inbox.fill_search(2).expect("entered"));
    assert_eq!(found(&inbox, "commande"), ["n_6", "n_5", "n_2"]);
    drop(inbox);
    let mut inbox = folder.open();
    assert!(inbox.fill_search(2).expect("entered"), "it goes on after a restart");
    assert!(!inbox.fill_search(2).expect("entered"), "nothing was left");
    assert!(!inbox.fill_search(2).expect("entered"));
    assert_eq!(found(&inbox, "commande"), ["n_6", "n_5", "n_2"]);
    assert_eq!(found(&inbox, "creme"), ["n_1"]);
    assert!(!inbox.outline(&searching("commande")).expect("outlined").capped);
}

#[test]
fn the_newest_are_found_from_their_own_index_as_from_the_whole() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    let arrivals: Vec<_> = (1..=6).map(|n| with(&format!("n_{n}"), "Commande", "x")).collect();
    inbox.append(&arrivals, at(MORNING)).expect("stored");
    inbox.delete(&[id("n_5")], at(MORNING)).expect("deleted");
    assert!(inbox.fill_recent(4).expect("entered"), "n_1 is left");
    let newest = |inbox: &Inbox| {
        let rows = inbox.page(&searching("commande"), 0, 2).expect("listed");
        rows.into_iter().map(|row| row.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(newest(&inbox), ["n_6", "n_4"]);
    inbox.restore(&[id("n_5")]).expect("restored");
    assert_eq!(newest(&inbox), ["n_6", "n_5"], "what comes back was not entered");
    while inbox.fill_recent(4).expect("entered") {}
    inbox.append(&[with("n_7", "Commande", "x")], at(MORNING)).expect("stored");
    assert_eq!(newest(&inbox), ["n_7", "n_6"], "what came since is entered by whoever searches");
    inbox.delete(&[id("n_6")], at(MORNING)).expect("deleted");
    assert_eq!(newest(&inbox), ["n_7", "n_5"], "what went is not shown");
    assert_eq!(inbox.outline(&searching("commande")).expect("outlined").days[0].count, 6, "all are counted");
}
