//! Where a subscriber goes on. Pure.

use chapfood_protocol::Position;

use crate::log::Place;

/// A channel's log, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// The last number given out.
    pub(crate) head: u64,
    /// Everything up to this number is no longer kept.
    pub(crate) pruned: u64,
}

/// Decides where a subscriber goes on in a channel of the database `epoch`.
///
/// What the device itself says counts more than what is `stored` of it: its disk may have been restored, or
/// its last receipts may not have reached us. A place of another epoch, or beyond the head, is none of this
/// log's; then everything kept is given again, which the device tells apart by the ids. A subscriber never
/// seen starts at the end.
pub(crate) fn locate(extent: Extent, epoch: &str, stored: Option<u64>, claim: Option<&Position>) -> Place {
    let Extent { head, pruned } = extent;
    let known = claim.filter(|claim| claim.epoch == epoch && claim.seq <= head);
    let unknown = claim.is_some() && known.is_none();
    let received = match (claim, known) {
        (Some(_), known) => known.map_or(0, |claim| claim.seq),
        (None, _) => stored.map_or(head, |seq| seq.min(head)),
    };
    Place { head, pruned, received, unknown, claimed: claim.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Extent = Extent { head: 10, pruned: 4 };

    fn claim(epoch: &str, seq: u64) -> Position {
        Position { epoch: epoch.into(), seq }
    }

    #[test]
    fn the_devices_own_word_counts_more_than_what_is_stored_of_it() {
        let behind = locate(LOG, "e", Some(9), Some(&claim("e", 6)));
        assert_eq!((behind.start(), behind.is_whole(), behind.unknown), (6, true, false));
        let ahead = locate(LOG, "e", Some(6), Some(&claim("e", 9)));
        assert_eq!(ahead.start(), 9, "its receipts had not reached the disk");
    }

    #[test]
    fn a_place_of_another_log_starts_anew_and_says_so() {
        for foreign in [claim("another", 6), claim("e", 11)] {
            let place = locate(LOG, "e", Some(9), Some(&foreign));
            assert_eq!((place.start(), place.is_whole(), place.unknown), (4, false, true), "{foreign:?}");
        }
    }

    #[test]
    fn a_gap_that_cannot_be_filled_is_never_silent() {
        assert!(!locate(LOG, "e", Some(3), None).is_whole(), "4 was never received and is gone");
        assert!(locate(LOG, "e", Some(4), None).is_whole(), "5 is kept");
    }

    #[test]
    fn who_was_never_seen_starts_at_the_end() {
        let place = locate(LOG, "e", None, None);
        assert_eq!((place.start(), place.is_whole()), (10, true));
    }
}
