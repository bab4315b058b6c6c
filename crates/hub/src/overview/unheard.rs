//! Channels in which something was sent while nobody was there to hear it. Pure: the caller brings the time.

use std::collections::BTreeMap;

use chapfood_protocol::Timestamp;
use serde::Serialize;

/// How long that is told, in ms.
const TOLD: i64 = 10 * 60_000;
/// The most channels that are told of. Of more the one that was longest ago goes.
const CHANNELS: usize = 1_000;

/// Nobody is listening there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unheard {
    /// The channel; `None` is what goes to everybody.
    pub channel: Option<String>,
    /// When the first was sent that nobody heard.
    pub since: Timestamp,
    /// When the last was.
    pub last: Timestamp,
    /// How many.
    pub count: u64,
}

/// What nobody heard lately.
#[derive(Debug, Default)]
pub(crate) struct UnheardChannels(BTreeMap<Option<String>, Unheard>);

impl UnheardChannels {
    /// Something was sent there; `heard` if anybody else is there whom it reaches.
    pub(crate) fn sent(&mut self, channel: Option<&str>, heard: bool, now: Timestamp) {
        if heard {
            self.somebody_came(channel);
            return;
        }
        if self.0.len() >= CHANNELS {
            let longest_ago =
                self.0.iter().min_by_key(|(_, unheard)| unheard.last).map(|(name, _)| name.clone());
            longest_ago.map(|name| self.0.remove(&name));
        }
        let name = channel.map(str::to_owned);
        let unheard =
            self.0.entry(name.clone()).or_insert(Unheard { channel: name, since: now, last: now, count: 0 });
        unheard.last = now;
        unheard.count += 1;
    }

    /// Somebody is there now, and is given what it missed.
    pub(crate) fn somebody_came(&mut self, channel: Option<&str>) {
        if !self.0.is_empty() {
            self.0.remove(&channel.map(str::to_owned));
        }
    }

    /// What is still worth telling.
    pub(crate) fn now(&mut self, now: Timestamp) -> Vec<Unheard> {
        // A clock that was set back makes nothing stay.
        self.0.retain(|_, unheard| (now.as_millis() - unheard.last.as_millis()).abs() < TOLD);
        self.0.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_channel_is_told_of_until_somebody_comes() {
        let mut unheard = UnheardChannels::default();
        unheard.sent(Some("cuisine"), false, at(1));
        unheard.sent(Some("cuisine"), false, at(2));
        unheard.sent(Some("bar"), true, at(2));
        let cuisine = Unheard { channel: Some("cuisine".into()), since: at(1), last: at(2), count: 2 };
        assert_eq!(unheard.now(at(3)), [cuisine]);
        unheard.somebody_came(Some("cuisine"));
        assert_eq!(unheard.now(at(3)), []);
    }

    #[test]
    fn what_was_heard_later_needs_no_telling_and_neither_does_what_was_long_ago() {
        let mut unheard = UnheardChannels::default();
        unheard.sent(None, false, at(0));
        unheard.sent(Some("bar"), false, at(0));
        unheard.sent(None, true, at(1));
        assert_eq!(unheard.now(at(TOLD - 1)).len(), 1);
        assert_eq!(unheard.now(at(TOLD)), []);
    }

    #[test]
    fn a_flood_of_names_has_its_bound_and_the_newest_stay() {
        let mut unheard = UnheardChannels::default();
        for n in 0..1_500 {
            unheard.sent(Some(&format!("c{n}")), false, at(n));
        }
        let told = unheard.now(at(1_500));
        assert_eq!(told.len(), CHANNELS);
        assert!(told.iter().all(|unheard| unheard.since >= at(500)));
    }
}
