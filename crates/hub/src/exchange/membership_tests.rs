use chapfood_protocol::{Notification, NotificationId, NotificationType};
use proptest::prelude::*;

use super::*;

fn notification(seq: u64) -> Entry {
    lasting(seq, None)
}

fn lasting(seq: u64, ttl: Option<u32>) -> Entry {
    Entry::Notification(Notification {
        id: NotificationId::new(format!("n_{seq}")),
        kind: NotificationType::Info,
        title: String::new(),
        message: String::new(),
        data: None,
        sender: String::new(),
        channel: None,
        timestamp: Timestamp::default(),
        seq,
        replayed: false,
        epoch: None,
        key: None,
        ttl,
        expired: false,
    })
}

/// What is next, if it is a notification: whether it is marked as replayed and as expired.
fn marks(member: &mut Membership, millis: i64) -> Option<(bool, bool)> {
    match member.peek(Timestamp::from_millis(millis))? {
        Entry::Notification(next) => Some((next.replayed, next.expired)),
        _ => None,
    }
}

/// One whose subscriber has the channel up to `received`, of `head`.
fn member(received: u64, head: u64) -> Membership {
    Membership::new(&Place { head, pruned: 0, received, unknown: false, claimed: false })
}

#[test]
fn the_word_of_a_gap_counts_as_heard_when_something_after_it_does_or_at_a_pong_after_it() {
    let gap = Place { head: 5, pruned: 5, received: 2, unknown: false, claimed: false };
    let mut lost = Membership::new(&gap);
    assert_eq!(lost.on_pong(true), None, "this pong may be older than the word");
    assert_eq!(lost.on_clean_end(0), None, "nobody knows whether it was still on its way");

    let mut quiet = Membership::new(&gap);
    assert_eq!((quiet.on_pong(false), quiet.on_pong(true)), (None, None), "it had to wait for room");
    assert_eq!(quiet.on_pong(true), Some(5));

    let mut busy = Membership::new(&gap);
    busy.gave(6, 100);
    assert_eq!(busy.on_clean_end(100), Some(6), "the word went before 6");
}

#[test]
fn a_pong_vouches_for_what_was_given_before_the_pong_before_it() {
    let mut member = member(0, 0);
    member.gave(1, 0);
    assert_eq!(member.on_pong(true), None, "this pong may answer a ping older than the first notification");
    member.gave(2, 0);
    assert_eq!(member.on_pong(true), Some(1), "1 was given before the last pong, 2 was not");
    assert_eq!(member.on_pong(true), Some(2), "now 2 was as well");
    assert_eq!(member.on_pong(true), None, "nothing new");
}

#[test]
fn a_device_is_believed_up_to_what_it_was_given() {
    let mut member = member(3, 3);
    member.gave(4, 0);
    member.gave(5, 0);
    assert_eq!(member.on_received(4), Some(4));
    assert_eq!(member.on_received(2), None, "a receipt never goes back");
    assert_eq!(member.on_received(1_000), Some(5), "nobody can have what was not given");
}

#[test]
fn a_clean_end_counts_only_what_has_left_the_hub() {
    let mut member = member(0, 0);
    member.gave(1, 100);
    assert_eq!(member.on_clean_end(99), None, "its last byte is still here");
    assert_eq!(member.on_clean_end(100), Some(1));
}

#[test]
fn a_read_from_before_a_leave_is_not_taken_for_one_after_it() {
    let mut member = member(0, 9);
    assert_eq!(member.wants(9), Some((1, 9)));
    member.fed(1, vec![notification(1), notification(2)], 3);
    member.gave_first(0);
    member.pause();
    assert_eq!(member.wants(9), Some((2, 9)), "it goes on where it was");
    member.fed(1, vec![notification(1)], 2);
    assert!(member.peek(Timestamp::default()).is_none(), "an old answer is dropped");
    assert_eq!(member.wants(9), Some((2, 9)), "and asked again");
}

#[test]
fn what_waited_is_marked_as_replayed_and_what_came_since_is_not() {
    let mut member = member(0, 1);
    assert_eq!(member.wants(2), Some((1, 2)));
    member.fed(1, vec![notification(1), notification(2)], 3);
    assert!(marks(&mut member, 0).is_some_and(|(replayed, _)| replayed), "1 waited for the socket");
    member.gave_first(0);
    assert!(marks(&mut member, 0).is_some_and(|(replayed, _)| !replayed), "2 came after the join");
}

#[test]
fn what_is_given_after_its_time_is_given_all_the_same_and_says_so() {
    let mut member = member(0, 2);
    assert_eq!(member.wants(2), Some((1, 2)));
    member.fed(1, vec![lasting(1, Some(90)), notification(2)], 3);
    let mut expired = |millis| marks(&mut member, millis).map(|(_, expired)| expired);
    assert_eq!(expired(89_999), Some(false), "there is a millisecond left");
    assert_eq!(expired(90_000), Some(true), "it waited for room until its time was over");
    member.gave_first(0);
    assert_eq!(marks(&mut member, i64::MAX), Some((true, false)), "2 has no end");
}

#[test]
fn what_came_while_it_was_out_of_the_channel_is_marked_as_replayed() {
    let mut member = member(0, 0);
    member.gave(1, 0);
    member.pause();
    let mut member = member.back(2);
    assert_eq!(member.wants(2), Some((2, 2)));
    member.fed(2, vec![notification(2)], 3);
    assert_eq!(marks(&mut member, 0), Some((true, false)));
}

#[test]
fn numbers_that_are_no_longer_kept_do_not_hold_a_member_back() {
    let mut member = member(0, 5);
    assert_eq!(member.wants(5), Some((1, 5)));
    member.fed(1, vec![notification(2)], 6);
    member.gave_first(0);
    assert_eq!(member.missing(5), 0, "3 to 5 were deleted");
    assert!(member.takes(6), "the member is level");
}

#[derive(Debug, Clone)]
enum Step {
    Publish,
    Drain(usize),
    Read(usize),
    Pong,
}

proptest! {
    /// Random interleavings of publishes, full buffers, partial reads and pongs.
    #[test]
    fn every_number_is_given_once_and_in_order(
        cursor in 0_u64..5,
        waiting in 0_u64..20,
        steps in prop::collection::vec(prop_oneof![
            Just(Step::Publish),
            (0_usize..4).prop_map(Step::Drain),
            (1_usize..4).prop_map(Step::Read),
            Just(Step::Pong),
        ], 0..200),
    ) {
        let mut head = cursor + waiting;
        let mut member = member(cursor, head);
        let mut given = Vec::new();
        let mut room = 3_usize;
        let mut asked = None;
        for step in steps.into_iter().chain([Step::Read(1000), Step::Drain(10_000), Step::Read(1000), Step::Drain(10_000)]) {
            match step {
                Step::Publish => {
                    head += 1;
                    if member.takes(head) && room > 0 {
                        room -= 1;
                        member.gave(head, 0);
                        given.push(head);
                    }
                }
                Step::Drain(n) => {
                    room = n;
                    while room > 0 && let Some(seq) = member.peek(Timestamp::default()).map(Entry::seq) {
                        given.push(seq);
                        member.gave_first(0);
                        room -= 1;
                    }
                }
                Step::Read(n) => {
                    asked = asked.or_else(|| member.wants(head));
                    if let Some((from, to)) = asked.take() {
                        let to = to.min(from + n as u64 - 1);
                        member.fed(from, (from..=to).map(notification).collect(), to + 1);
                    }
                }
                Step::Pong => {
                    if let Some(received) = member.on_pong(true) {
                        prop_assert!(given.contains(&received), "received only what was given");
                    }
                }
            }
        }
        prop_assert_eq!(given, (cursor + 1..=head).collect::<Vec<_>>());
    }
}
