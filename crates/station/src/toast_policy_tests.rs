use chapfood_protocol::{NotificationId, NotificationType};

use super::*;

const START: i64 = 1_780_826_400_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn row(id: &str, channel: Option<&str>) -> Entry {
    Entry {
        row: 1,
        id: NotificationId::new(id),
        kind: NotificationType::Info,
        title: format!("Titre {id}"),
        message: "m".into(),
        sender: "Alice".into(),
        channel: channel.map(str::to_owned),
        at: at(0),
        read: false,
        caught_up: false,
    }
}

fn rows(ids: std::ops::Range<u32>, channel: &str) -> Vec<Entry> {
    ids.map(|id| row(&format!("n_{id}"), Some(channel))).collect()
}

fn missed(ids: std::ops::Range<u32>) -> Vec<Entry> {
    let late = |id| Entry { caught_up: true, ..row(&format!("n_{id}"), Some(["a", "b"][id as usize % 2])) };
    ids.map(late).collect()
}

/// Plays arrivals at their times, waking the policy when it asks to be, and lists all pop-ups as
/// `millis: title`.
fn play(arrivals: &[(i64, Vec<Entry>)]) -> Vec<String> {
    let mut policy = ToastPolicy::default();
    let mut shown = Vec::new();
    let mut show = |now: Timestamp, toasts: Vec<Toast>| {
        shown.extend(toasts.iter().map(|toast| format!("{}: {}", now.as_millis() - START, toast.title)));
    };
    let mut arrivals = arrivals.iter().peekable();
    loop {
        let arrival = arrivals.peek().map(|(millis, _)| at(*millis));
        match (policy.next_due(), arrival) {
            (None, None) => return shown,
            (Some(due), next) if next.is_none_or(|next| due <= next) => {
                show(due, policy.due(due, Language::Fr));
            }
            _ => {
                let (millis, rows) = arrivals.next().expect("peeked");
                show(at(*millis), policy.arrived(rows, at(*millis), Language::Fr));
            }
        }
    }
}

#[test]
fn pop_ups_appear_singly_until_a_channel_is_noisy() {
    type Case = (&'static str, Vec<(i64, Vec<Entry>)>, &'static [&'static str]);
    let cases: [Case; 9] = [
        ("nothing shows nothing", vec![(0, vec![])], &[]),
        (
            "three at once are shown",
            vec![(0, rows(1..4, "a"))],
            &["0: Titre n_1", "0: Titre n_2", "0: Titre n_3"],
        ),
        ("four at once are one", vec![(0, rows(1..5, "a"))], &["1000: 4 nouvelles notifications sur #a"]),
        (
            "a fourth within 5 s waits, and being alone it is itself",
            vec![(0, rows(1..4, "a")), (4_000, rows(4..5, "a"))],
            &["0: Titre n_1", "0: Titre n_2", "0: Titre n_3", "5000: Titre n_4"],
        ),
        (
            "5 s later the channel is calm again",
            vec![(0, rows(1..4, "a")), (5_000, rows(4..5, "a"))],
            &["0: Titre n_1", "0: Titre n_2", "0: Titre n_3", "5000: Titre n_4"],
        ),
        (
            "each channel is calm or noisy by itself",
            vec![(0, [rows(1..6, "a"), rows(6..7, "b")].concat())],
            &["0: Titre n_6", "1000: 5 nouvelles notifications sur #a"],
        ),
        (
            "what goes on without a pause is told every 5 s",
            (0..14).map(|half| (half * 500, rows(half as u32..half as u32 + 1, "a"))).collect(),
            &[
                "0: Titre n_0",
                "500: Titre n_1",
                "1000: Titre n_2",
                "6500: 10 nouvelles notifications sur #a",
                "7500: Titre n_13",
            ],
        ),
        (
            "what was missed is one, over batches and channels",
            vec![(0, missed(0..7)), (300, missed(7..12))],
            &["1300: 12 notifications manquées récupérées"],
        ),
        (
            "what was missed does not make a channel noisy",
            vec![(0, missed(0..9)), (100, rows(10..13, "a"))],
            &[
                "100: Titre n_10",
                "100: Titre n_11",
                "100: Titre n_12",
                "1000: 9 notifications manquées récupérées",
            ],
        ),
    ];
    for (rule, arrivals, expected) in cases {
        assert_eq!(play(&arrivals), expected, "{rule}");
    }
}

#[test]
fn a_group_is_as_urgent_as_its_most_urgent() {
    let mut policy = ToastPolicy::default();
    let mut batch = rows(1..6, "a");
    batch[1].kind = NotificationType::Error;
    assert_eq!(policy.arrived(&batch, at(0), Language::Fr), [], "five are one, later");
    let group = policy.due(at(1_000), Language::Fr).remove(0);
    assert_eq!(group.urgency, Urgency::Critical, "an error in a crowd is still an error");
    assert_eq!(group.id, "n_5", "a click opens the newest");
}

#[test]
fn a_clock_set_back_silences_nothing() {
    let mut policy = ToastPolicy::default();
    policy.arrived(&rows(1..6, "a"), at(86_400_000), Language::Fr);
    let shown = policy.arrived(&rows(6..7, "b"), at(0), Language::Fr);
    assert_eq!(shown.len(), 1, "another channel is not concerned");
    let due = policy.next_due().expect("the group waits");
    assert!(due <= at(5_000), "a group does not wait for tomorrow: {due}");
}
