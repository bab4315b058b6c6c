//! Figures of a history of a million notifications, a thousand of them today. Run by hand, in release:
//! `cargo test --release -p chapfood-inbox --test million -- --ignored --nocapture`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures, and says what it measured")]

mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use chapfood_inbox::{Arrival, Audience, Expecting, Filter, Todo};
use chapfood_protocol::NotificationType;
use rusqlite::Connection;
use serde_json::json;
use support::{Folder, MORNING, at, on};

const ROWS: i64 = 1_000_000;
const DISHES: [&str; 5] =
    ["Burger maison", "Pizza quatre fromages", "Crème brûlée", "Steak frites", "Salade césar"];

fn invented(number: i64) -> Arrival {
    let channel = [Some("commandes"), Some("cuisine"), Some("livraison"), None][number as usize % 4];
    let mut arrival = on(channel, NotificationType::ALL[number as usize % 4], &format!("n_{number:09}"));
    let dish = DISHES[number as usize % DISHES.len()];
    let notification = &mut arrival.notification;
    notification.title = format!("Nouvelle commande C-{:03}", number % 900);
    notification.message =
        format!("Table {} : {dish}, eau plate. Sans oignons s'il vous plaît.", number % 24);
    let data = json!({ "ref": format!("C-{:03}", number % 900), "uid": format!("{:08x}", number * 2_654_435_761 % (1 << 32)),
        "articles": [{ "nom": dish, "quantite": number % 4 }] });
    notification.data = data.as_object().cloned();
    notification.timestamp = at(MORNING - (ROWS - number) * 86_400);
    arrival
}

fn timed<T>(what: &str, task: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = task();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1_000.0);
    done
}

#[test]
#[ignore = "measures for minutes; nothing is asserted of the times"]
fn a_million_rows_in_figures() {
    let folder = Folder::new();
    let mut inbox = folder.open();
    timed("store a million in batches of 1,000", || {
        for batch in 0..ROWS / 1_000 {
            let arrivals: Vec<_> = (0..1_000).map(|place| invented(batch * 1_000 + place)).collect();
            inbox.append(&arrivals, arrivals[0].notification.timestamp).expect("stored");
        }
    });
    drop(inbox);
    let raw = Connection::open(folder.file()).expect("opened");
    let bytes = |tables: &str| -> f64 {
        let sql = format!("SELECT sum(pgsize) / 1e6 FROM dbstat WHERE name LIKE '{tables}'");
        raw.query_row(&sql, [], |row| row.get(0)).unwrap_or(f64::NAN)
    };
    let file = std::fs::metadata(folder.file()).expect("there").len() / 1_000_000;
    println!("file: {file} MB, of which search {:.0} MB, todo {:.0} MB", bytes("search%"), bytes("todo"));
    drop(raw);
    let mut inbox = timed("open", || folder.open());
    let cuisine = Some(Audience::Channel("cuisine".into()));
    for search in
        ["c", "co", "comm", "command", "commande", "creme", "C-042", "42 burger", "commande table eau", "zzz"]
    {
        for (named, audience) in [("everywhere", None), ("in one channel", cuisine.clone())] {
            let filter = Filter { search: search.into(), audience, ..Filter::default() };
            timed(&format!("first page of {search:?} {named}"), || {
                inbox.page(&filter, 0, 50).expect("listed")
            });
            timed(&format!("outline of {search:?} {named}"), || inbox.outline(&filter).expect("outlined"));
        }
    }
    let expecting = Expecting { named: BTreeMap::new(), others: Some(10), broadcasts: None };
    let todo = Todo { now: at(MORNING), expecting };
    timed("count what waits", || inbox.todo(&todo).expect("counted"));
    timed("list what waits", || {
        inbox.page(&Filter { todo: Some(todo), ..Filter::default() }, 0, 50).expect("listed")
    });
    timed("count today", || inbox.arrived_since(at(MORNING - 86_400_000)).expect("counted"));
    timed("tally", || inbox.tally().expect("counted"));
    timed("delete and restore one", || {
        inbox.delete(&[support::id("n_000500000")], at(MORNING)).expect("deleted");
        inbox.restore(&[support::id("n_000500000")]).expect("restored")
    });
    drop(inbox);
    let raw = Connection::open(folder.file()).expect("opened");
    raw.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all'); INSERT INTO search_fill SELECT max(row) FROM notification",
    )
    .expect("as after an update");
    drop(raw);
    let mut inbox = folder.open();
    let mut longest = 0.0_f64;
    timed("enter a million into the index of words, 1,000 at a time", || {
        let mut more = true;
        while more {
            let start = Instant::now();
            more = inbox.fill_search(1_000).expect("entered");
            longest = longest.max(start.elapsed().as_secs_f64() * 1_000.0);
        }
    });
    println!("longest of them: {longest:.1} ms");
    timed("erase everything", || inbox.erase().expect("erased"));
}
