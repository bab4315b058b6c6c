//! Which sound stands for what arrived: one for all of a batch, and not one on top of the other.

use chapfood_inbox::Entry;

use super::rules::Rules;
use crate::contract::Sound;

/// Less than the length of most sounds, in milliseconds: what comes faster is one sound.
const SPACING: i64 = 1_500;
/// What came after an outage goes on coming for a while, and is one sound until it has stopped for so long.
const SPACING_MISSED: i64 = 10_000;

/// What was lately heard.
#[derive(Debug, Default)]
pub(crate) struct Sounding {
    live: Option<Heard>,
    missed: Option<Heard>,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    at: i64,
    importance: u8,
}

/// The more important one is the one to be heard.
pub(crate) fn importance(sound: Sound) -> u8 {
    match sound {
        Sound::Bell | Sound::Chime | Sound::Marimba | Sound::Knock => 0,
        Sound::Warning => 1,
        Sound::Lost => 2,
        Sound::Error => 3,
    }
}

impl Sounding {
    /// The sound of new rows. What is taken or over already asks for nothing.
    pub(crate) fn arrived(&mut self, rows: &[Entry], rules: &mut Rules<'_>) -> Option<Sound> {
        let now = rules.now().as_millis();
        let mut loudest = |caught_up: bool| {
            let rows = rows.iter().filter(|row| row.caught_up == caught_up);
            let rows = rows.filter(|row| (!row.expired || row.reminded) && row.taken.is_none());
            // Of equals the last one: it is the newest.
            rows.filter_map(|row| rules.of(row.channel.as_deref()).sound(row.kind))
                .max_by_key(|sound| importance(*sound))
        };
        let (live, missed) = (loudest(false), loudest(true));
        let live = live.filter(|sound| space(&mut self.live, *sound, now, SPACING, false));
        let missed = missed.filter(|sound| space(&mut self.missed, *sound, now, SPACING_MISSED, true));
        live.into_iter().chain(missed).max_by_key(|sound| importance(*sound))
    }
}

/// Whether it may be heard now. What is more important than what was heard does not wait.
fn space(heard: &mut Option<Heard>, sound: Sound, now: i64, spacing: i64, goes_on: bool) -> bool {
    let importance = importance(sound);
    // A clock that was set back silences nothing.
    let lately = heard.filter(|heard| (0..spacing).contains(&(now - heard.at)));
    match lately {
        Some(before) if before.importance >= importance => {
            if goes_on {
                *heard = Some(Heard { at: now, ..before });
            }
            false
        }
        _ => {
            *heard = Some(Heard { at: now, importance });
            true
        }
    }
}

#[cfg(test)]
#[path = "sounding_tests.rs"]
mod tests;
