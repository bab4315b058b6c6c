use std::collections::BTreeSet;

use chapfood_inbox::Taken;
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};

use super::*;
use crate::contract::{ChannelPreferences, DoNotDisturb, Settings};
use crate::sample::entry;

const START: i64 = 1_780_826_400_000;
const SECOND: i64 = 1_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// An order that arrived at its time.
fn order(id: &str, channel: &str, at_millis: i64) -> Entry {
    Entry { channel: Some(channel.into()), at: at(at_millis), ..entry(id) }
}

fn taken(entry: &Entry) -> Entry {
    let by = Taken { by: "Awa".into(), device: None, at: entry.at, mine: false, local: false };
    Entry { taken: Some(by), ..entry.clone() }
}

/// A station with a clock of its own.
struct Station {
    settings: Settings,
    ringing: Ringing,
}

impl Station {
    fn new() -> Self {
        let channels = vec!["cuisine".to_owned(), "bar".to_owned()];
        Self { settings: Settings { channels, ..Settings::default() }, ringing: Ringing::default() }
    }

    /// As when a row arrives: its sound is the first ring.
    fn arrive(&mut self, entry: &Entry, millis: i64) {
        self.note(entry, millis);
        self.ringing.heard(at(millis));
    }

    fn note(&mut self, entry: &Entry, millis: i64) {
        self.ringing.note(entry, &mut Rules::new(&self.settings, at(millis), TimeZone::UTC));
    }

    fn beat(&mut self, millis: i64) -> Beat {
        self.ringing.beat(&mut Rules::new(&self.settings, at(millis), TimeZone::UTC))
    }

    /// The seconds at which something is heard up to `until`, if it is woken when it asks to be.
    fn rings(&mut self, mut now: i64, until: i64) -> Vec<i64> {
        let mut heard = Vec::new();
        while now <= until {
            let beat = self.beat(now);
            if beat.sound.is_some() {
                heard.push(now / SECOND);
            }
            let Some(next) = beat.next else { return heard };
            assert!(next > at(now), "it does not spin");
            now = next.as_millis() - START;
        }
        heard
    }
}

#[test]
fn what_waits_rings_until_somebody_takes_it() {
    let mut station = Station::new();
    let first = order("n_1", "cuisine", 0);
    station.arrive(&first, 0);
    assert_eq!(station.rings(0, 70 * SECOND), [20, 40, 60], "its arrival was the first");
    assert_eq!(station.beat(70 * SECOND).count, 1);
    station.note(&taken(&first), 71 * SECOND);
    assert_eq!(station.beat(71 * SECOND), Beat::default(), "at once silent, and no wake for nothing");
    station.note(&first, 90 * SECOND);
    assert_eq!(station.rings(90 * SECOND, 120 * SECOND), [90, 110], "released, it is heard at once");
    station.note(&Entry { remind_at: Some(at(300 * SECOND)), ..first.clone() }, 120 * SECOND);
    assert_eq!(station.beat(120 * SECOND), Beat::default(), "put off");
    station.note(&first, 121 * SECOND);
    station.ringing.gone(&first.id);
    assert_eq!(station.beat(130 * SECOND), Beat::default(), "deleted");
}

#[test]
fn several_ring_as_one_at_the_pace_of_the_fastest() {
    let mut station = Station::new();
    let quick = ChannelPreferences { ring_every: 10, ..ChannelPreferences::of_channel() };
    station.settings.preferences.insert("bar".into(), quick);
    station.arrive(&order("n_1", "cuisine", 0), 0);
    station.arrive(&order("n_2", "cuisine", 5 * SECOND), 5 * SECOND);
    assert_eq!(station.rings(5 * SECOND, 50 * SECOND), [25, 45]);
    let drink = order("n_3", "bar", 50 * SECOND);
    station.arrive(&drink, 50 * SECOND);
    assert_eq!(station.beat(50 * SECOND).count, 3);
    assert_eq!(station.rings(50 * SECOND, 80 * SECOND), [60, 70, 80]);
    station.note(&taken(&drink), 80 * SECOND);
    assert_eq!(station.rings(80 * SECOND, 120 * SECOND), [100, 120]);
}

#[test]
fn of_several_the_most_important_is_heard() {
    let mut station = Station::new();
    station.note(&order("n_1", "cuisine", 0), 0);
    station.note(&Entry { kind: NotificationType::Warning, ..order("n_2", "cuisine", 0) }, 0);
    assert_eq!(station.beat(0).sound, Some(Sound::Warning));
}

#[test]
fn nothing_rings_that_is_not_expected_taken_over_or_of_yesterday() {
    let mut station = Station::new();
    station.settings.preferences.insert("infos".into(), ChannelPreferences::of_broadcasts());
    let calm = ChannelPreferences { ring: false, ..ChannelPreferences::of_channel() };
    station.settings.preferences.insert("calme".into(), calm);
    for silent in [
        order("n_1", "infos", 0),
        order("n_2", "calme", 0),
        Entry { channel: None, ..order("n_3", "", 0) },
        Entry { expired: true, ..order("n_4", "cuisine", 0) },
        order("n_8", "drive", 0),
        taken(&order("n_5", "cuisine", 0)),
        order("n_6", "cuisine", -LONGEST_WAIT),
    ] {
        station.note(&silent, 0);
        assert_eq!(station.beat(0), Beat::default(), "{}", silent.id.as_str());
    }
    station.note(&order("n_7", "cuisine", SECOND - LONGEST_WAIT), 0);
    assert_eq!(station.beat(0).count, 1);
    assert_eq!(station.beat(SECOND), Beat::default(), "a day is enough");
}

#[test]
fn not_to_be_disturbed_is_silent_at_once_and_what_still_waits_rings_at_its_end() {
    let mut station = Station::new();
    station.arrive(&order("n_1", "cuisine", 0), 0);
    station.beat(0);
    station.settings.do_not_disturb = DoNotDisturb::Until { at: START + 60 * SECOND };
    assert_eq!(station.beat(25 * SECOND), Beat::default());
    assert_eq!(station.rings(60 * SECOND, 80 * SECOND), [60, 80]);
}

#[test]
fn after_a_sleep_there_is_one_ring_and_not_those_that_were_missed() {
    let mut station = Station::new();
    station.arrive(&order("n_1", "cuisine", 0), 0);
    let woken = 3 * 60 * 60 * SECOND;
    assert_eq!(station.rings(woken, woken + 40 * SECOND), [10_800, 10_820, 10_840]);
}

#[test]
fn a_clock_that_was_set_back_does_not_silence() {
    let mut station = Station::new();
    station.arrive(&order("n_1", "cuisine", 0), 0);
    station.beat(0);
    assert_eq!(station.rings(-600 * SECOND, -580 * SECOND), [-600, -580]);
}

#[test]
fn every_third_ring_shows_the_pop_ups_again_where_there_may_be_any() {
    let mut station = Station::new();
    station.arrive(&order("n_2", "cuisine", SECOND), SECOND);
    station.arrive(&order("n_1", "cuisine", 0), SECOND);
    let hidden = ChannelPreferences { popup: false, ..ChannelPreferences::of_channel() };
    station.settings.preferences.insert("bar".into(), hidden);
    station.arrive(&order("n_3", "bar", 0), SECOND);
    let mut again = Vec::new();
    for ring in 1..=6 {
        let beat = station.beat(ring * 20 * SECOND + SECOND);
        assert!(beat.sound.is_some());
        again.push(beat.again.map(|again| {
            assert!(station.ringing.is_of(&again, &NotificationId::new("n_1")));
            assert!(!station.ringing.is_of(&again, &NotificationId::new("n_3")), "hidden");
            assert_eq!(station.ringing.members(&again, 2).len(), 2);
            assert_eq!(station.ringing.members(&again, 1).len(), 0, "too many");
            (again.count, again.oldest.as_str().to_owned(), again.newest.as_str().to_owned())
        }));
    }
    let both = Some((2, "n_1".to_owned(), "n_2".to_owned()));
    assert_eq!(again, [None, None, both.clone(), None, None, both]);
}

#[test]
fn pop_ups_that_are_shown_again_are_as_urgent_as_the_most_urgent_of_them() {
    let mut station = Station::new();
    let error = |id, channel| Entry { kind: NotificationType::Error, ..order(id, channel, 0) };
    let hidden = ChannelPreferences { popup: false, ..ChannelPreferences::of_channel() };
    station.settings.preferences.insert("bar".into(), hidden);
    station.arrive(&order("n_1", "cuisine", 0), 0);
    station.arrive(&error("n_2", "bar"), 0);
    let third = |station: &mut Station, rings: std::ops::RangeInclusive<i64>| {
        let mut beats = rings.map(|ring| station.beat(ring * 20 * SECOND));
        beats.find_map(|beat| beat.again).expect("every third shows again").urgency
    };
    assert_eq!(third(&mut station, 1..=3), Urgency::Normal, "the error has no pop-up");
    station.note(&error("n_3", "cuisine"), 0);
    station.note(&order("n_4", "cuisine", SECOND), SECOND);
    assert_eq!(third(&mut station, 4..=6), Urgency::Critical);
}

proptest! {
    /// Whatever happens in whatever order: nothing rings that is dealt with, and what waits is heard in its time.
    #[test]
    fn any_story_of_orders_rings_for_those_that_wait(story in vec((0..8_i64, 0..6_u64, 0..5_u8), 0..200)) {
        let mut station = Station::new();
        let mut waiting = BTreeSet::new();
        let (mut now, mut heard_at) = (0, None);
        for (seconds, id, event) in story {
            now += seconds * SECOND;
            let kind = [NotificationType::Info, NotificationType::Error][id as usize % 2];
            let channel = ["cuisine", "bar"][id as usize / 2 % 2];
            let entry = Entry { kind, ..order(&format!("n_{id}"), channel, now) };
            match event {
                0 => {
                    station.note(&entry, now);
                    waiting.insert(id);
                }
                1 => {
                    station.note(&taken(&entry), now);
                    waiting.remove(&id);
                }
                2 => {
                    station.ringing.gone(&entry.id);
                    waiting.remove(&id);
                }
                3 if id == 0 => {
                    now += LONGEST_WAIT;
                    waiting.clear();
                }
                _ => {}
            }
            let beat = station.beat(now);
            prop_assert_eq!(beat.count as usize, waiting.len());
            if waiting.is_empty() {
                heard_at = None;
                prop_assert_eq!(beat, Beat::default());
                continue;
            }
            let due = heard_at.is_none_or(|heard_at| now - heard_at >= 20 * SECOND);
            prop_assert_eq!(beat.sound.is_some(), due, "at {}, heard at {:?}", now, heard_at);
            if due {
                heard_at = Some(now);
            }
            prop_assert_eq!(beat.next, heard_at.map(|heard_at| at(heard_at + 20 * SECOND)));
        }
    }
}
