//! Histories that were once found to break a promise, or that only seldom come up by chance.

use super::steps::Step;
use super::*;

/// So much time that whoever is away is no longer waited for, and what is old goes.
const LONG: Step = Step::Pass(800);

#[test]
fn who_is_behind_when_all_of_it_goes_is_level_all_the_same() {
    let joined = [Step::Connect(NOBODY), Step::Join(NOBODY, 0), Step::Flow(NOBODY), Step::Work];
    let steps = [Step::Burst(0, 8), Step::Commit(MANY), Step::Learn(MANY), LONG, Step::Prune];
    assert_eq!(happens(false, &[&joined[..], &steps].concat()), Ok(()));
}

#[test]
fn who_comes_back_to_a_channel_before_its_marks_are_on_the_disk_goes_on_where_it_was() {
    let given =
        [Step::Flow(BOB), Step::Burst(0, 2), Step::Work, Step::Flow(BOB), Step::Alive(BOB), Step::Alive(BOB)];
    let back = [Step::Leave(BOB, 0), Step::Join(BOB, 0), Step::Flow(BOB), Step::Work, Step::Flow(BOB)];
    assert_eq!(happens(true, &[&given[..], &back].concat()), Ok(()));
}

#[test]
fn a_device_whose_disk_was_put_back_gets_again_what_it_had_acknowledged() {
    let come = [Step::Flow(BAR), Step::Copy(BAR), Step::Burst(0, 3), Step::Work, Step::Flow(BAR)];
    let acknowledged = [Step::Acknowledge(BAR), Step::Flow(BAR), Step::Work, Step::PutBack(BAR)];
    let back = [Step::Connect(BAR), Step::Join(BAR, 0), Step::Flow(BAR), Step::Work];
    // What comes next must not be taken for a place after what is missing.
    let next = [Step::Burst(0, 1), Step::Work, Step::Flow(BAR)];
    assert_eq!(happens(true, &[&come[..], &acknowledged, &back, &next].concat()), Ok(()));
}

#[test]
fn who_is_connected_and_behind_for_a_month_is_still_waited_for() {
    let behind = [Step::Burst(1, 8), Step::Work, Step::Flow(BAR), LONG, Step::Prune];
    let steps = [&behind[..], &[Step::Burst(1, 1)]].concat();
    assert_eq!(happens(true, &steps), Ok(()));
}

#[test]
fn a_gap_of_which_the_word_was_lost_with_the_link_is_said_again() {
    for who in [BOB, BAR] {
        let sent = [Step::Flow(who), Step::Lose(who, 0), Step::Notice, Step::Burst(0, 3), Step::Work];
        let gone =
            [LONG, Step::Prune, Step::Connect(who), Step::Join(who, 0), Step::Hear(who, MANY), Step::Work];
        assert_eq!(happens(true, &[&sent[..], &gone, &[Step::Lose(who, 0)]].concat()), Ok(()), "{who}");
    }
}

#[test]
fn a_device_that_hears_of_a_restored_hub_and_loses_it_before_its_channels_are_answered_knows_of_the_gap() {
    let lost = [Step::Flow(BAR), Step::Backup, Step::Burst(0, 1), Step::Work, Step::Restore];
    let heard = [Step::Connect(BAR), Step::Send(None, None), Step::Work, Step::Flow(BAR)];
    assert_eq!(happens(true, &[&lost[..], &heard].concat()), Ok(()));
}

#[test]
fn who_is_in_a_channel_that_was_let_go_is_taken_past_its_numbers() {
    let pruned = [Step::Send(Some(0), None), Step::Work, Step::Pass(168), Step::Connect(0), Step::Prune];
    let steps = [&pruned[..], &[Step::Connect(1), Step::Send(None, None), Step::Work]].concat();
    assert_eq!(happens(false, &steps), Ok(()));
}
