//! Refusals, counted before they are written down: a flood of them must not become a flood of writing. Pure.

use std::collections::HashMap;
use std::net::IpAddr;

use chapfood_protocol::Timestamp;

use super::audit::{AuditEvent, AuditLine};
use crate::neighbourhood::neighbourhood;

/// Different ones that are counted at a time. What there are more of counts as from nowhere in particular.
const COUNTED: usize = 50;
/// How long they are gathered, in ms.
const GATHER: i64 = 5_000;

/// What was refused since the last writing.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    lines: HashMap<What, AuditLine>,
    since: Option<Timestamp>,
}

/// What is one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct What {
    event: AuditEvent,
    from: Option<IpAddr>,
    code: Option<String>,
}

impl Refusals {
    /// Somebody there was refused for this.
    pub(super) fn refused(&mut self, from: IpAddr, code: &str, now: Timestamp) {
        self.count(AuditEvent::Refused, from, Some(code), now);
    }

    /// Somebody there waits for as long as anybody does.
    pub(super) fn slowed(&mut self, from: IpAddr, now: Timestamp) {
        self.count(AuditEvent::Slowed, from, None, now);
    }

    fn count(&mut self, event: AuditEvent, from: IpAddr, code: Option<&str>, now: Timestamp) {
        self.since.get_or_insert(now);
        let mut what = What { event, from: Some(neighbourhood(from)), code: code.map(str::to_owned) };
        if self.lines.len() >= COUNTED && !self.lines.contains_key(&what) {
            what.from = None;
        }
        let line = self.lines.entry(what.clone()).or_insert_with(|| AuditLine {
            address: what.from.map(|from| from.to_string()),
            code: what.code,
            times: 0,
            ..AuditLine::new(event, now)
        });
        line.times += 1;
    }

    /// What is to be written now: nothing, unless it was gathered for long enough, or `all` of it is wanted.
    pub(super) fn due(&mut self, now: Timestamp, all: bool) -> Vec<AuditLine> {
        let Some(since) = self.since else { return Vec::new() };
        // A clock that was set back makes nothing wait.
        if !all && (now.as_millis() - since.as_millis()).abs() < GATHER {
            return Vec::new();
        }
        self.since = None;
        let mut lines: Vec<_> = self.lines.drain().map(|(_, line)| line).collect();
        lines.sort_by_key(|line| line.at.as_millis());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn the_same_from_the_same_place_is_one_line() {
        let mut refusals = Refusals::default();
        for ms in 0..1_000 {
            refusals.refused([10, 0, 0, 1].into(), "token_invalid", at(ms));
        }
        refusals.refused([10, 0, 0, 2].into(), "token_invalid", at(1_000));
        assert_eq!(refusals.due(at(4_999), false), [], "gathered for a while");
        let lines = refusals.due(at(5_000), false);
        assert_eq!(lines.iter().map(|line| line.times).collect::<Vec<_>>(), [1_000, 1]);
        assert_eq!(refusals.due(at(99_000), true), [], "and written once");
    }

    #[test]
    fn a_flood_from_everywhere_is_counted_in_few_lines_and_nothing_is_lost() {
        let mut refusals = Refusals::default();
        for n in 0..10_000_u32 {
            refusals.refused(n.to_be_bytes().into(), "token_required", at(0));
        }
        let lines = refusals.due(at(0), true);
        assert_eq!(lines.len(), COUNTED + 1);
        assert_eq!(lines.iter().map(|line| line.times).sum::<u64>(), 10_000);
    }
}
