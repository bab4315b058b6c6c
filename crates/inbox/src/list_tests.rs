use chapfood_protocol::{Notification, NotificationType, Timestamp};
use rusqlite::params_from_iter;

use super::*;
use crate::{Arrival, Audience};

const ROWS: u32 = 100_000;

fn large(folder: &tempfile::TempDir) -> Inbox {
    let mut inbox = Inbox::open(&folder.path().join("history.db")).expect("the history opens");
    let channels = ["commandes", "cuisine", "livraison"];
    let arrivals: Vec<_> = (0..ROWS)
        .map(|place| Arrival {
            caught_up: place % 2 == 0,
            notification: Notification {
                id: NotificationId::new(format!("n_{place:06}")),
                kind: NotificationType::ALL[place as usize % 4],
                title: "Commande".into(),
                message: "Table 4, deux burgers sans oignons. ".repeat(6),
                data: None,
                sender: "Caisse 1".into(),
                channel: channels.get(place as usize % 4).map(|&name| name.to_owned()),
                timestamp: Timestamp::from_millis(i64::from(place) * 60_000),
                seq: 0,
                replayed: false,
                epoch: None,
                key: None,
                ttl: None,
                expired: false,
            },
        })
        .collect();
    for batch in arrivals.chunks(1_000) {
        inbox.append(batch, batch[0].notification.timestamp).expect("stored");
    }
    inbox
}

fn plan(inbox: &Inbox, sql: &str, parameters: Vec<Value>) -> String {
    let mut statement = inbox.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepared");
    let steps =
        statement.query_map(params_from_iter(parameters), |row| row.get::<_, String>(3)).expect("explained");
    steps.collect::<Result<Vec<_>, _>>().expect("read").join("; ")
}

fn filters() -> Vec<Filter> {
    let channel = Some(Audience::Channel("cuisine".into()));
    vec![
        Filter::default(),
        Filter { unread: true, ..Filter::default() },
        Filter { caught_up: true, ..Filter::default() },
        Filter { caught_up: true, unread: true, audience: channel.clone(), ..Filter::default() },
        Filter { kind: Some(NotificationType::Error), ..Filter::default() },
        Filter { audience: channel.clone(), ..Filter::default() },
        Filter { audience: Some(Audience::Broadcast), unread: true, ..Filter::default() },
        Filter {
            audience: channel,
            kind: Some(NotificationType::Info),
            unread: true,
            up_to_row: Some(90_000),
            ..Filter::default()
        },
    ]
}

#[test]
fn a_long_history_is_listed_from_narrow_indexes() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = large(&folder);
    for filter in filters() {
        let index = filter.condition().index;
        let (sql, mut parameters) = page_query(&filter);
        parameters.extend([Value::from(50), Value::from(80_000)]);
        let paging = plan(&inbox, &sql, parameters);
        let covering = format!("USING COVERING INDEX {index}");
        assert!(paging.contains(&covering), "skipping rows must not read their texts: {paging}");
        assert!(
            paging.contains("USING INTEGER PRIMARY KEY (rowid=?)"),
            "only the page's rows are read: {paging}"
        );

        let (sql, mut parameters) = newer_query(&filter);
        parameters.push(Value::from(50_000));
        let counting = plan(&inbox, &sql, parameters);
        assert!(counting.contains(&format!("SEARCH notification {covering}")), "{counting}");

        let (sql, parameters) = outline_query(&filter);
        let outlining = plan(&inbox, &sql, parameters);
        let by_days = format!("SCAN notification USING COVERING INDEX {}", filter.condition().day_index);
        assert!(outlining.contains(&by_days), "{outlining}");
        let sorts = outlining.matches("USE TEMP B-TREE").count();
        assert_eq!(sorts, 2, "only the quarters of an hour are sorted, never the rows: {outlining}");
    }
    let tallying = plan(&inbox, "SELECT channel, total, unread FROM tally", Vec::new());
    assert_eq!(tallying, "SCAN tally", "counting costs one step per channel, not per row");
}

#[test]
fn a_page_deep_in_a_long_history_holds_the_right_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = large(&folder);
    let page = inbox.page(&Filter::default(), 99_990, 50).expect("listed");
    let rows: Vec<_> = page.iter().map(|entry| entry.row).collect();
    assert_eq!(rows, (1..=10).rev().collect::<Vec<_>>(), "the oldest ten are at the end");
    let cuisine = Filter { audience: Some(Audience::Channel("cuisine".into())), ..Filter::default() };
    assert_eq!(inbox.locate(&cuisine, &NotificationId::new("n_000001")).expect("located"), Some(24_999));
    let days = inbox.outline(&Filter::default()).expect("outlined").days;
    assert_eq!(days.iter().map(|day| day.count).sum::<u32>(), ROWS, "the days hold every row");
    assert_eq!(inbox.tally().expect("counted").unread_by_channel["cuisine"], ROWS / 4);
}
