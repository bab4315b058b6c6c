use chapfood_inbox::{Replaced, Taken};
use chapfood_protocol::{NotificationId, NotificationType};
use jiff::tz::TimeZone;

use super::*;
use crate::contract::{ChannelPreferences, Language, Settings};
use crate::sample::entry;
use crate::toast::ToastAction;

const START: i64 = 1_780_826_400_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn row(id: &str, channel: Option<&str>) -> Entry {
    Entry { channel: channel.map(str::to_owned), at: at(0), ..entry(id) }
}

const FRENCH: Wording = Wording { language: Language::Fr, locked: false };

/// What arrives by the standard settings.
fn arrive(policy: &mut ToastPolicy, stored: &Stored, now: Timestamp) -> Changes {
    let channels = ["a", "b", "commandes", "cuisine"].map(str::to_owned).to_vec();
    arrive_by(&Settings { channels, ..Settings::default() }, policy, stored, now)
}

fn arrive_by(settings: &Settings, policy: &mut ToastPolicy, stored: &Stored, now: Timestamp) -> Changes {
    policy.arrived(stored, &mut Rules::new(settings, now, TimeZone::UTC), FRENCH)
}

fn ids(names: &[&str]) -> BTreeSet<NotificationId> {
    names.iter().map(|name| NotificationId::new(*name)).collect()
}

fn new(rows: &[Entry]) -> Stored {
    Stored { new: rows.to_vec(), ..Stored::default() }
}

/// `n_<later>` of channel `a` takes the place of `n_<earlier>`.
fn update(earlier: u32, later: u32) -> Stored {
    let (earlier, later) = (format!("n_{earlier}"), format!("n_{later}"));
    let row = row(&later, Some("a"));
    let replaced = Replaced { earlier: NotificationId::new(earlier), later: row.id.clone() };
    Stored { new: vec![row], replaced: vec![replaced], ..Stored::default() }
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
                show(due, policy.due(due, FRENCH).show);
            }
            _ => {
                let (millis, rows) = arrivals.next().expect("peeked");
                show(at(*millis), arrive(&mut policy, &new(rows), at(*millis)).show);
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
    assert_eq!(arrive(&mut policy, &new(&batch), at(0)).show, [], "five are one, later");
    let group = policy.due(at(1_000), FRENCH).show.remove(0);
    assert_eq!(group.urgency, Urgency::Critical, "an error in a crowd is still an error");
    assert_eq!(group.id, "n_5", "a click opens the newest");
}

#[test]
fn a_clock_set_back_silences_nothing() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..6, "a")), at(86_400_000));
    let shown = arrive(&mut policy, &new(&rows(6..7, "b")), at(0)).show;
    assert_eq!(shown.len(), 1, "another channel is not concerned");
    let due = policy.next_due().expect("the group waits");
    assert!(due <= at(5_000), "a group does not wait for tomorrow: {due}");
}

#[test]
fn ten_thousand_missed_ones_are_one_pop_up() {
    let batch = |place: u32| (i64::from(place) * 300, missed(place * 250..(place + 1) * 250));
    let batches: Vec<_> = (0..40).map(batch).collect();
    assert_eq!(play(&batches), ["12700: 10000 notifications manquées récupérées"], "not 10,000, and not 40");
}

#[test]
fn what_has_expired_never_pops_up() {
    let mut rows = missed(0..3);
    rows.extend(self::rows(3..5, "a"));
    for row in &mut rows {
        row.expired = row.id.as_str() != "n_1";
    }
    let expected = ["1000: 1 notification manquée récupérée"];
    assert_eq!(play(&[(0, rows)]), expected, "nothing can be done about the others any more");
}

/// As when these have rung for the third time.
fn rang(policy: &mut ToastPolicy, orders: &[Entry]) -> Changes {
    let settings = Settings { channels: vec!["a".into()], ..Settings::default() };
    let rules = |ring: i64| Rules::new(&settings, at(ring * 20_000), TimeZone::UTC);
    let mut ringing = Ringing::default();
    orders.iter().for_each(|order| ringing.note(order, &mut rules(0)));
    let again =
        (1..=3).find_map(|ring| ringing.beat(&mut rules(ring)).again).expect("every third shows again");
    let newest = orders.last().expect("something rings");
    assert_eq!((&again.oldest, &again.newest), (&orders[0].id, &newest.id));
    policy.rang(&ringing, &again, &orders[0], newest, FRENCH)
}

fn titles_and_replaced(toasts: &[Toast]) -> Vec<(&str, Option<&str>)> {
    toasts.iter().map(|toast| (toast.title.as_str(), toast.replaces.as_deref())).collect()
}

#[test]
fn an_update_takes_the_place_of_its_pop_up() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..2, "a")), at(0));
    let second = arrive(&mut policy, &update(1, 2), at(1)).show;
    assert_eq!(titles_and_replaced(&second), [("Titre n_2", Some("n_1"))], "two would contradict each other");
    let third = arrive(&mut policy, &update(2, 3), at(2)).show;
    assert_eq!(titles_and_replaced(&third), [("Titre n_3", Some("n_2"))], "and so on");
    arrive(&mut policy, &update(3, 4), at(3));
    arrive(&mut policy, &update(4, 5), at(4));
    let last = policy.due(at(1_004), FRENCH).show;
    assert_eq!(
        titles_and_replaced(&last),
        [("Titre n_5", Some("n_3"))],
        "past three a second it waits, once"
    );
}

#[test]
fn a_pop_up_for_several_is_not_replaced_by_one_of_them() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..6, "a")), at(0));
    assert_eq!(policy.due(at(1_000), FRENCH).show.len(), 1, "five are one");
    let update = arrive(&mut policy, &update(5, 6), at(6_000)).show;
    assert_eq!(titles_and_replaced(&update), [("Titre n_6", None)], "the other four are not out of date");
}

#[test]
fn what_was_updated_while_it_waited_counts_once_and_a_click_opens_the_update() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..6, "a")), at(0));
    arrive(&mut policy, &update(5, 7), at(100));
    arrive(&mut policy, &update(2, 8), at(200));
    let group = policy.due(at(1_200), FRENCH).show.remove(0);
    assert_eq!((group.title.as_str(), group.id.as_str()), ("5 nouvelles notifications sur #a", "n_8"));
    arrive(&mut policy, &new(&missed(10..12)), at(10_000));
    let live = arrive(&mut policy, &update(11, 12), at(10_100)).show;
    assert_eq!(titles_and_replaced(&live), [("Titre n_12", None)], "the update itself was not missed");
    let group = policy.due(at(11_000), FRENCH).show.remove(0);
    let expected = ("1 notification manquée récupérée", "n_12");
    assert_eq!((group.title.as_str(), group.id.as_str()), expected, "11 is not there to be opened");
}

#[test]
fn updates_without_end_do_not_put_off_their_pop_up() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..4, "a")), at(0));
    arrive(&mut policy, &new(&rows(4..5, "a")), at(0));
    for step in 0..9 {
        arrive(&mut policy, &update(4 + step, 5 + step), at(i64::from(step + 1) * 500));
    }
    assert_eq!(policy.next_due(), Some(at(5_000)), "what waits since 0 s is told at 5 s at the latest");
}

#[test]
fn what_is_remembered_for_updates_is_bounded() {
    let mut policy = ToastPolicy::default();
    for number in 0..1_000 {
        let now = at(i64::from(number) * 3_000);
        arrive(&mut policy, &new(&rows(number * 10..number * 10 + 1, "a")), now);
        arrive(&mut policy, &update(number * 10, number * 10 + 1), now);
        policy.due(now, FRENCH);
    }
    assert!(policy.shown.len() <= REMEMBERED && policy.outdated.len() <= REMEMBERED, "{policy:?}");
}

#[test]
fn what_the_person_does_not_want_to_see_makes_no_channel_noisy() {
    let mut settings = Settings::default();
    let silent = ChannelPreferences { popup: false, ..ChannelPreferences::of_channel() };
    let errors =
        ChannelPreferences { types: vec![NotificationType::Error], ..ChannelPreferences::of_channel() };
    settings.preferences = BTreeMap::from([("a".to_owned(), silent), ("b".to_owned(), errors)]);
    let mut policy = ToastPolicy::default();
    let mut arriving = [rows(1..9, "a"), rows(10..19, "b"), rows(20..21, "c")].concat();
    arriving[12].kind = NotificationType::Error;
    let shown = arrive_by(&settings, &mut policy, &new(&arriving), at(0)).show;
    let shown: Vec<_> = shown.iter().map(|toast| toast.id.as_str()).collect();
    assert_eq!(shown, ["n_14", "n_20"], "the error of b, and what came to c");
    assert_eq!(policy.next_due(), None, "nothing waits");
    settings.popups = false;
    assert_eq!(arrive_by(&settings, &mut policy, &new(&rows(30..31, "c")), at(1)), Changes::default());
}

#[test]
fn what_was_taken_before_it_came_does_not_pop_up() {
    let by = Taken { by: "Awa".into(), device: None, at: at(0), mine: false, local: false };
    let taken = Entry { taken: Some(by), ..row("n_1", Some("a")) };
    assert_eq!(arrive(&mut ToastPolicy::default(), &new(&[taken]), at(0)), Changes::default());
}

#[test]
fn the_button_to_take_is_there_where_somebody_is_expected() {
    let mut policy = ToastPolicy::default();
    let shown = arrive(&mut policy, &new(&[row("n_1", Some("a")), row("n_2", None)]), at(0)).show;
    assert_eq!(shown[0].actions, [ToastAction::Take, ToastAction::Open, ToastAction::Remind]);
    assert_eq!(shown[1].actions, [ToastAction::Open, ToastAction::Remind], "nobody in particular");
    arrive(&mut policy, &new(&rows(3..8, "b")), at(0));
    let group = policy.due(at(1_000), FRENCH).show.remove(0);
    assert_eq!(group.actions, [ToastAction::Open], "one button cannot take five");
}

#[test]
fn a_group_says_from_where_to_where() {
    let mut policy = ToastPolicy::default();
    let orders: Vec<_> = (45..=50)
        .map(|n| Entry { title: format!("Nouvelle commande ORD-{n}"), ..row(&format!("n_{n}"), Some("a")) })
        .collect();
    arrive(&mut policy, &new(&orders), at(0));
    let group = policy.due(at(1_000), FRENCH).show.remove(0);
    let expected = ("6 nouvelles notifications sur #a", "ORD-45 à ORD-50");
    assert_eq!((group.title.as_str(), group.body.as_str()), expected);
    arrive(&mut policy, &new(&rows(1..6, "b")), at(0));
    let group = policy.due(at(9_000), FRENCH).show.remove(0);
    assert_eq!(group.body, "Titre n_5", "without references, the newest");
}

#[test]
fn a_pop_up_leaves_the_screen_once_all_that_it_stands_for_is_dealt_with() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..3, "a")), at(0));
    assert_eq!(policy.settled(&ids(&["n_1", "n_9"])), ["n_1"], "taken, here or elsewhere");
    assert_eq!(policy.settled(&ids(&["n_1"])), [] as [&str; 0], "once");
    arrive(&mut policy, &new(&rows(11..16, "b")), at(0));
    policy.due(at(1_000), FRENCH);
    assert_eq!(policy.settled(&ids(&["n_11", "n_12", "n_13", "n_15"])), [] as [&str; 0], "14 is still there");
    assert_eq!(policy.settled(&ids(&["n_14"])), ["n_15"], "the pop-up of all five");
    assert_eq!(policy.ids(), ids(&["n_2"]));
}

#[test]
fn what_is_dealt_with_while_it_waits_is_not_shown() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..6, "a")), at(0));
    policy.settled(&ids(&["n_2", "n_3", "n_4", "n_5"]));
    let shown = policy.due(at(1_000), FRENCH).show;
    assert_eq!(titles_and_replaced(&shown), [("Titre n_1", None)], "the one that is left, by itself");
    arrive(&mut policy, &new(&rows(11..16, "b")), at(0));
    policy.settled(&ids(&["n_11", "n_12", "n_13", "n_14", "n_15"]));
    assert_eq!(policy.next_due(), None);
}

#[test]
fn what_waits_is_let_go_when_nobody_is_to_be_disturbed() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..6, "a")), at(0));
    assert_eq!(policy.hush(), [] as [&str; 0]);
    assert_eq!(policy.next_due(), None);
}

#[test]
fn an_update_that_does_not_pop_up_takes_the_earlier_ones_pop_up_away() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..2, "a")), at(0));
    let settings = Settings { popups: false, ..Settings::default() };
    let changes = arrive_by(&settings, &mut policy, &update(1, 2), at(1));
    assert_eq!(changes, Changes { withdraw: vec!["n_1".into()], show: vec![] });
}

#[test]
fn what_leaves_the_screen_when_it_is_locked_is_everything_that_shows() {
    let mut policy = ToastPolicy::default();
    arrive(&mut policy, &new(&rows(1..4, "a")), at(0));
    let changes = arrive(&mut policy, &update(2, 4), at(1));
    assert_eq!(changes, Changes::default(), "the channel is noisy: the update waits, and 2 shows until then");
    let mut cleared = policy.clear();
    cleared.sort();
    assert_eq!(cleared, ["n_1", "n_2", "n_3"]);
    let shown = policy.due(at(1_001), FRENCH).show;
    assert_eq!(titles_and_replaced(&shown), [("Titre n_4", None)], "what it was to replace is gone");
}

#[test]
fn what_goes_on_ringing_has_one_pop_up_in_the_place_of_its_earlier_ones() {
    let mut policy = ToastPolicy::default();
    let mut orders = rows(1..4, "a");
    arrive(&mut policy, &new(&orders[..1]), at(0));
    let again = rang(&mut policy, &orders[..1]);
    assert_eq!(titles_and_replaced(&again.show), [("Titre n_1", Some("n_1"))], "the same again");
    assert_eq!(again.show[0].actions[0], ToastAction::Take);
    arrive(&mut policy, &new(&orders[1..]), at(1));
    let again = rang(&mut policy, &orders);
    assert_eq!(titles_and_replaced(&again.show), [("3 notifications en attente", Some("n_1"))]);
    assert_eq!(again.withdraw, ["n_2", "n_3"], "not stacked");
    assert_eq!(again.show[0].id, "n_1", "a click opens what has waited longest");
    assert_eq!(policy.settled(&ids(&["n_1"])), [] as [&str; 0]);
    orders[1].kind = NotificationType::Error;
    let again = rang(&mut policy, &orders[1..]);
    assert_eq!(titles_and_replaced(&again.show), [("2 notifications en attente", Some("n_1"))]);
    assert_eq!(again.show[0].urgency, Urgency::Critical, "an error that rings on stays on the screen");
    assert_eq!(again.withdraw, [] as [&str; 0]);
    assert_eq!(policy.settled(&ids(&["n_2", "n_3"])), ["n_2"], "all taken");
}
