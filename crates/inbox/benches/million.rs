//! Figures of a history of a million notifications, a thousand of them today. Nothing is asserted of the times.
//! Run by hand: `cargo bench -p chapfood-inbox --bench million`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures, and says what it measured")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use chapfood_inbox::{Audience, Expecting, Filter, Todo};
use rusqlite::Connection;
use support::{Folder, MORNING, at};

const ROWS: i64 = 1_000_000;

/// Invents the history, each batch in a transaction of its own as if it had arrived so.
const FILL: &str = "
    INSERT INTO notification
        (id, kind, title, message, data, sender, channel, at, received_at, quarter, caught_up)
    WITH RECURSIVE count (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM count WHERE n + 1 < ?1 + 1000),
    invented AS (SELECT n, printf('C-%03d', n % 900) AS ref, ?2 - (?3 - n) * 86400 AS at,
        json_extract('[\"Burger maison\",\"Pizza quatre fromages\",\"Crème brûlée\",\"Salade césar\"]',
            '$[' || (n % 4) || ']') AS dish FROM count)
    SELECT printf('n_%09d', n), json_extract('[\"info\",\"success\",\"warning\",\"error\"]', '$[' || (n % 4) || ']'),
        'Nouvelle commande ' || ref,
        'Table ' || (n % 24) || ' : ' || dish || ', eau plate. Sans oignons s''il vous plaît.',
        json_object('ref', ref, 'uid', printf('%08x', n * 2654435761 % 4294967296),
            'articles', json_array(json_object('nom', dish, 'quantite', n % 4))),
        'Caisse 1', json_extract('[\"commandes\",\"cuisine\",\"livraison\",null]', '$[' || (n % 4) || ']'),
        at, at, at / 900000, 0
    FROM invented";

fn timed<T>(what: &str, task: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = task();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1_000.0);
    done
}

fn main() {
    let folder = Folder::new();
    drop(folder.open());
    let raw = Connection::open(folder.file()).expect("opened");
    raw.pragma_update(None, "synchronous", "NORMAL").expect("set");
    timed("store a million, 1,000 at a time", || {
        for batch in 0..ROWS / 1_000 {
            raw.execute(FILL, [batch * 1_000, MORNING, ROWS]).expect("stored");
        }
    });
    let bytes = |tables: &str| -> f64 {
        let sql = format!("SELECT sum(pgsize) / 1e6 FROM dbstat WHERE name LIKE '{tables}'");
        raw.query_row(&sql, [], |row| row.get(0)).unwrap_or(f64::NAN)
    };
    let file = std::fs::metadata(folder.file()).expect("there").len() / 1_000_000;
    println!("file: {file} MB, of which search {:.0} MB, todo {:.0} MB", bytes("search%"), bytes("todo"));
    drop(raw);
    let mut inbox = timed("open", || folder.open());
    let cuisine = Some(Audience::Channel("cuisine".into()));
    let mut slowest = 0.0_f64;
    timed("enter the newest into their index, 1,000 at a time", || {
        let mut more = true;
        while more {
            let start = Instant::now();
            more = inbox.fill_recent(1_000).expect("entered");
            slowest = slowest.max(start.elapsed().as_secs_f64() * 1_000.0);
        }
    });
    println!("longest of them: {slowest:.1} ms");
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
    let named = ["commandes", "cuisine", "livraison"].map(|name| (name.to_owned(), 10));
    let expecting = Expecting { channels: BTreeMap::from(named), broadcasts: None };
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
