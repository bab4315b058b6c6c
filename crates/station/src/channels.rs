//! Which channels the person wants, which the hub has confirmed, and which it merely knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chapfood_protocol::{ChannelSummary, Limits, parse_channel_name};

use crate::contract::Channel;

/// What the present connection has said of channels. Which ones are wanted is in the settings.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    confirmed: BTreeSet<String>,
    counts: BTreeMap<String, u32>,
    /// Joins without an answer, in the order they were asked, which is the order of the answers.
    asked: VecDeque<String>,
    /// Wanted since a moment ago: a refusal takes them back.
    fresh: BTreeSet<String>,
    /// Refused and therefore left. The hub may answer that we were never in.
    disowned: VecDeque<String>,
}

impl Channels {
    /// A connection begins: the session joins `wanted`, in this order.
    pub(crate) fn connected(&mut self, wanted: &[String]) {
        self.confirmed.clear();
        self.counts.clear();
        self.disowned.clear();
        self.asked = wanted.iter().cloned().collect();
    }

    /// There is no connection, nor one under way.
    pub(crate) fn disconnected(&mut self) {
        self.connected(&[]);
    }

    /// The person wants this channel as well.
    pub(crate) fn wanted(&mut self, name: &str) {
        self.fresh.insert(name.to_owned());
        self.asked.push_back(name.to_owned());
    }

    /// The person does not want this channel any more.
    pub(crate) fn unwanted(&mut self, name: &str) {
        self.fresh.remove(name);
        self.confirmed.remove(name);
        self.asked.retain(|asked| asked != name);
    }

    /// The hub has let us in.
    pub(crate) fn joined(&mut self, name: &str, count: u32) {
        self.asked.retain(|asked| asked != name);
        self.fresh.remove(name);
        self.confirmed.insert(name.to_owned());
        self.counts.insert(name.to_owned(), count);
    }

    /// The hub has let us out.
    pub(crate) fn left(&mut self, name: &str) {
        self.confirmed.remove(name);
        self.disowned.retain(|disowned| disowned != name);
    }

    /// The hub named the channels with somebody in them.
    pub(crate) fn listed(&mut self, active: &[ChannelSummary]) {
        self.counts = active.iter().map(|channel| (channel.name.clone(), channel.client_count)).collect();
    }

    /// The hub refused a join. Returns the channel that is not wanted any more.
    ///
    /// A channel that was once let in stays wanted when the hub is only busy or stopping.
    pub(crate) fn refused(&mut self, codes: &[String]) -> Option<String> {
        let unnameable =
            |name: &String| parse_channel_name(name.as_str().into(), &Limits::default()).is_err();
        let about_the_name = codes.iter().any(|code| code.starts_with("channel_"));
        // The answer does not say which join it means. They are answered in order; but when a name is at
        // fault, one that cannot be right is the likelier.
        let place = self.asked.iter().position(unnameable).filter(|_| about_the_name).unwrap_or(0);
        let name = self.asked.remove(place)?;
        let was_fresh = self.fresh.remove(&name);
        (was_fresh || about_the_name).then(|| {
            self.disowned.push_back(name.clone());
            name
        })
    }

    /// The hub refused a leave. Whether that only answers our leaving a channel that was refused.
    pub(crate) fn leave_refused(&mut self) -> bool {
        self.disowned.pop_front().is_some()
    }

    /// The wanted ones in their order, then the others that the hub or the history knows, by name.
    pub(crate) fn list(
        &self,
        wanted: &[String],
        connected: bool,
        unread: &BTreeMap<String, u32>,
        today: &BTreeMap<String, u32>,
    ) -> Vec<Channel> {
        let others: BTreeSet<&String> = unread
            .keys()
            .chain(self.counts.keys().filter(|_| connected))
            .filter(|n| !wanted.contains(n))
            .collect();
        let joined = wanted.iter().map(|name| (name, true));
        joined
            .chain(others.into_iter().map(|name| (name, false)))
            .map(|(name, joined)| Channel {
                name: name.clone(),
                joined,
                confirmed: joined && connected && self.confirmed.contains(name),
                client_count: connected.then(|| self.counts.get(name).copied().unwrap_or(0)),
                unread: unread.get(name).copied().unwrap_or(0),
                today: today.get(name).copied().unwrap_or(0),
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "channels_tests.rs"]
mod tests;
