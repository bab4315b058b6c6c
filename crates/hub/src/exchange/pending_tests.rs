//! `pendingCount` counts notifications, although claims have numbers of the same log.

use chapfood_protocol::{ClaimChanged, NotificationId, Person, Timestamp};
use proptest::prelude::*;

use super::membership::Membership;
use crate::log::{Entry, Place};

/// One whose subscriber has the channel up to `received`, of `head`.
fn member(received: u64, head: u64) -> Membership {
    Membership::new(&Place { head, pruned: 0, received, unknown: false, claimed: false })
}

/// An entry at this number; to a membership only the number matters.
fn entry(seq: u64) -> Entry {
    Entry::Taken(ClaimChanged {
        id: NotificationId::new("n_1"),
        channel: None,
        by: Person::default(),
        at: Timestamp::default(),
        seq,
        epoch: String::new(),
        replayed: false,
        answer: false,
    })
}

#[test]
fn a_claim_that_waits_is_given_in_its_turn_and_marked_but_not_counted() {
    let mut member = member(0, 3);
    member.learn_claims(&[2]);
    assert_eq!((member.missing(3), member.pending(3)), (3, 2));
    assert_eq!(member.wants(4), Some((1, 4)));
    member.fed(1, (1..=4).map(entry).collect(), 5);
    let replayed = |member: &mut Membership| match member.peek(Timestamp::default()) {
        Some(Entry::Taken(change)) => change.replayed,
        other => panic!("the next one is a claim, got {other:?}"),
    };
    for seq in 1..=4 {
        assert_eq!(replayed(&mut member), seq <= 3, "4 came after the join");
        member.gave_first(0);
    }
    assert_eq!((member.missing(4), member.pending(4)), (0, 0));
}

#[derive(Debug, Clone)]
enum Step {
    Commit {
        claim: bool,
    },
    Drain(usize),
    Read(u64),
    /// Joins again, when the log knows of so many fewer than were given.
    Join(u64),
}

proptest! {
    /// Whatever was given how, and however far the log's cursor is behind.
    #[test]
    fn as_many_notifications_are_pending_as_are_still_to_be_given(
        claims in prop::collection::vec(any::<bool>(), 1..20),
        given in 0_usize..20,
        behind in 0_usize..5,
        steps in prop::collection::vec(prop_oneof![
            any::<bool>().prop_map(|claim| Step::Commit { claim }),
            (0_usize..4).prop_map(Step::Drain),
            (1_u64..4).prop_map(Step::Read),
            (0_u64..5).prop_map(Step::Join),
        ], 0..100),
    ) {
        // The kind of each entry of the log, from number 1 on.
        let mut log = claims;
        let number = |n: usize| n as u64;
        let claims_after = |log: &[bool], cursor: u64| -> Vec<u64> {
            (1..).zip(log).filter(|(seq, claim)| **claim && *seq > cursor).map(|(seq, _)| seq).collect()
        };
        let given = given.min(log.len());
        let mut member = member(number(given), number(log.len()));
        // The marks in memory may be ahead of the cursor that the log knows.
        member.learn_claims(&claims_after(&log, number(given.saturating_sub(behind))));
        let (mut last, mut room) = (number(given), 2);
        for step in steps {
            match step {
                Step::Commit { claim } => {
                    log.push(claim);
                    let seq = number(log.len());
                    if member.takes(seq) && room > 0 {
                        room -= 1;
                        member.gave(seq, 0);
                        last = seq;
                    } else if claim {
                        member.learn_claims(&[seq]);
                    }
                }
                Step::Drain(n) => {
                    room = n;
                    while room > 0 && let Some(seq) = member.peek(Timestamp::default()).map(Entry::seq) {
                        last = seq;
                        member.gave_first(0);
                        room -= 1;
                    }
                }
                Step::Read(n) => {
                    if let Some((from, to)) = member.wants(number(log.len())) {
                        let to = to.min(from + n - 1);
                        member.fed(from, (from..=to).map(entry).collect(), to + 1);
                    }
                }
                Step::Join(fewer) => member.learn_claims(&claims_after(&log, last.saturating_sub(fewer))),
            }
            let expected = (1..).zip(&log).filter(|(seq, claim)| *seq > last && !**claim).count();
            prop_assert_eq!(member.pending(number(log.len())), number(expected), "after {:?}", step);
        }
    }
}
