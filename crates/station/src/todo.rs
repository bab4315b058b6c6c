//! What waits for somebody, and what a day is: functions of the settings, the time and the place.

use chapfood_inbox::{Expecting, Todo};
use chapfood_protocol::Timestamp;
use jiff::tz::TimeZone;

use crate::contract::Settings;

/// What waits at `now`, as the person has chosen it for each channel. In one that was left nothing does: nobody
/// would tell this computer that somebody took it.
pub(crate) fn todo(settings: &Settings, now: Timestamp) -> Todo {
    let late_after = |channel| {
        let preferences = settings.preferences_of(channel);
        preferences.expects.then_some(preferences.late_after)
    };
    let followed = settings.channels.iter();
    let expecting = Expecting {
        channels: followed.filter_map(|name| Some((name.clone(), late_after(Some(name))?))).collect(),
        broadcasts: late_after(None),
    };
    Todo { now, expecting }
}

/// The local day around an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Today {
    /// When it began.
    pub(crate) from: Timestamp,
    /// When the next one begins.
    pub(crate) to: Timestamp,
}

/// The day of `now` in `zone`; one of UTC where the calendar ends.
pub(crate) fn today(now: Timestamp, zone: &TimeZone) -> Today {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let local = || {
        let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?.to_zoned(zone.clone());
        let from = now.start_of_day().ok()?;
        let to = now.tomorrow().ok()?.start_of_day().ok()?;
        Some((from.timestamp().as_millisecond(), to.timestamp().as_millisecond()))
    };
    let from = now.as_millis().div_euclid(DAY) * DAY;
    let (from, to) = local().unwrap_or((from, from + DAY));
    Today { from: Timestamp::from_millis(from), to: Timestamp::from_millis(to) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::ChannelPreferences;

    #[test]
    fn a_followed_channel_expects_somebody_unless_the_person_said_otherwise_and_broadcasts_the_other_way_round()
     {
        let now = Timestamp::from_millis(7);
        let standard = todo(&Settings::default(), now);
        let channels = BTreeMap::from([("commandes".to_owned(), 10)]);
        let expected = Expecting { channels, broadcasts: None };
        assert_eq!(standard, Todo { now, expecting: expected });
        let chosen = |expects, late_after| ChannelPreferences {
            expects,
            late_after,
            ..ChannelPreferences::of_channel()
        };
        let preferences = BTreeMap::from([
            (String::new(), chosen(true, 20)),
            ("bar".to_owned(), chosen(false, 20)),
            ("drive".to_owned(), chosen(true, 3)),
        ]);
        let channels = ["bar", "cuisine"].map(str::to_owned).to_vec();
        let settings = Settings { preferences, channels, ..Settings::default() };
        let channels = BTreeMap::from([("cuisine".to_owned(), 10)]);
        let expected = Expecting { channels, broadcasts: Some(20) };
        assert_eq!(todo(&settings, now).expecting, expected);
    }

    #[test]
    fn a_day_is_the_places_own_also_when_the_clocks_change() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        // 2026-10-25T12:00:00Z: that day has 25 hours.
        let noon = 1_792_929_600_000;
        let day = today(Timestamp::from_millis(noon), &zone);
        assert_eq!(day.from.as_millis(), noon - 14 * 3_600_000);
        assert_eq!(day.to.as_millis(), noon + 11 * 3_600_000);
    }
}
