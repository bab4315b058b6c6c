//! What holds alerts back, and until when: a function of the settings, the instant and where the computer is.
//!
//! Do not disturb beats quiet hours, which beat what a channel is set to; a channel may have hours of its own.
//! Hours are local: a span that begins on a day of summer-time change is an hour shorter or longer, and one
//! whose beginning or end does not exist on that day begins or ends an hour later.

use chapfood_protocol::{NotificationType, Timestamp};
use jiff::Zoned;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::contract::{
    ChannelPreferences, ChannelQuiet, DoNotDisturb, DoNotDisturbChoice, QuietHours, Settings, Span,
};

/// Milliseconds.
const MINUTE: i64 = 60_000;
/// When "tomorrow" begins for a shop, whose evening goes past midnight: the hour of the day.
const MORNING: u16 = 5;
/// Of a week, and the days around it: where the next beginning or end is looked for.
const WEEK: i32 = 7;

/// What is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hush {
    /// Nothing.
    Nothing,
    /// All but errors.
    AllButErrors,
    /// Everything.
    Everything,
}

impl Hush {
    /// Whether it holds back a notification of this type.
    pub(crate) fn covers(self, kind: NotificationType) -> bool {
        match self {
            Self::Nothing => false,
            Self::AllButErrors => kind != NotificationType::Error,
            Self::Everything => true,
        }
    }

    fn with_errors(errors_pierce: bool) -> Self {
        if errors_pierce { Self::AllButErrors } else { Self::Everything }
    }
}

/// What holds a channel's alerts back at `now`.
pub(crate) fn of_channel(
    settings: &Settings,
    preferences: &ChannelPreferences,
    now: Timestamp,
    zone: &TimeZone,
) -> Hush {
    if is_not_to_disturb(settings.do_not_disturb, now) {
        return Hush::Everything;
    }
    match preferences.quiet {
        ChannelQuiet::Never => Hush::Nothing,
        ChannelQuiet::AsShop if until(&settings.quiet_hours, now, zone).is_some() => {
            Hush::with_errors(settings.quiet_hours.errors_pierce)
        }
        ChannelQuiet::Own { span, errors_pierce } if end(&[Some(span); 7], now, zone).is_some() => {
            Hush::with_errors(errors_pierce)
        }
        ChannelQuiet::AsShop | ChannelQuiet::Own { .. } => Hush::Nothing,
    }
}

/// What holds back what is of no channel, such as the word that the hub is lost.
pub(crate) fn of_shop(settings: &Settings, now: Timestamp, zone: &TimeZone) -> Hush {
    of_channel(settings, &ChannelPreferences::default(), now, zone)
}

/// The longest that can be chosen ends with the next quiet hours, in milliseconds. More than that is left of a
/// clock that was set back.
const LONGEST: i64 = 8 * 24 * 60 * 60 * 1_000;

/// Whether the person does not want to be disturbed at `now`.
pub(crate) fn is_not_to_disturb(do_not_disturb: DoNotDisturb, now: Timestamp) -> bool {
    match do_not_disturb {
        DoNotDisturb::Off => false,
        DoNotDisturb::Until { at } => (1..=LONGEST).contains(&(at - now.as_millis())),
        DoNotDisturb::On => true,
    }
}

/// Until when the shop's quiet hours last at `now`; `None`: they do not. Spans that follow one another count as
/// one.
pub(crate) fn until(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    end(&hours.days, now, zone).map(Timestamp::from_millis)
}

/// What the person chose, from `now` on.
pub(crate) fn chosen(
    choice: DoNotDisturbChoice,
    hours: &QuietHours,
    now: Timestamp,
    zone: &TimeZone,
) -> DoNotDisturb {
    let now_millis = now.as_millis();
    match choice {
        DoNotDisturbChoice::Off => DoNotDisturb::Off,
        DoNotDisturbChoice::Manual => DoNotDisturb::On,
        DoNotDisturbChoice::HalfHour => DoNotDisturb::Until { at: now_millis + 30 * MINUTE },
        DoNotDisturbChoice::Hour => DoNotDisturb::Until { at: now_millis + 60 * MINUTE },
        DoNotDisturbChoice::Service => {
            DoNotDisturb::Until { at: next_start(hours, now, zone).unwrap_or_else(|| morning(now, zone)) }
        }
        DoNotDisturbChoice::Tomorrow => DoNotDisturb::Until { at: morning(now, zone) },
    }
}

/// The next beginning of a span after `now`.
fn next_start(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Option<i64> {
    let starts = days(&hours.days, now, zone, 0).map(|(start, _)| start);
    starts.filter(|start| *start > now.as_millis()).min()
}

/// The next five in the morning.
fn morning(now: Timestamp, zone: &TimeZone) -> i64 {
    let today = local(now, zone).date();
    let five = |date: Date| instant(date, MORNING * 60, zone).filter(|at| *at > now.as_millis());
    // Only at the end of time is there no tomorrow.
    let tomorrow = || today.tomorrow().ok().and_then(five);
    five(today).or_else(tomorrow).unwrap_or(now.as_millis())
}

/// The end of the spans that cover `now`, one after the other.
fn end(days_of_week: &[Option<Span>; 7], now: Timestamp, zone: &TimeZone) -> Option<i64> {
    let mut until = now.as_millis();
    let mut spans: Vec<_> = days(days_of_week, now, zone, -1).collect();
    spans.sort_unstable();
    for (start, end) in spans {
        if start <= until {
            until = until.max(end);
        }
    }
    (until > now.as_millis()).then_some(until)
}

/// The spans that begin on the days from `first` (0: today) to a week later, as instants.
fn days(
    days_of_week: &[Option<Span>; 7],
    now: Timestamp,
    zone: &TimeZone,
    first: i32,
) -> impl Iterator<Item = (i64, i64)> {
    let today = local(now, zone).date();
    (first..=WEEK).filter_map(move |offset| {
        let date = today.checked_add(jiff::Span::new().days(offset)).ok()?;
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
        let span = days_of_week[weekday]?;
        let last = if span.to > span.from { date } else { date.tomorrow().ok()? };
        Some((instant(date, span.from, zone)?, instant(last, span.to, zone)?))
    })
}

fn local(now: Timestamp, zone: &TimeZone) -> Zoned {
    let instant = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    instant.to_zoned(zone.clone())
}

/// In milliseconds since 1970; `minutes` after midnight as a clock on the wall shows them.
fn instant(date: Date, minutes: u16, zone: &TimeZone) -> Option<i64> {
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let time = Time::new(hour, minute, 0, 0).ok()?;
    Some(date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
#[path = "quiet_tests.rs"]
mod tests;
