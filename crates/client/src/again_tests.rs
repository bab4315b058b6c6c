use proptest::prelude::*;

use super::*;

fn join(channel: usize) -> Ask {
    Ask::Join(channel.to_string())
}

const MOMENT: Duration = Duration::from_millis(20);

#[test]
fn what_was_refused_is_asked_again_when_the_hub_said_and_not_before() {
    let now = Instant::now();
    let mut again = Again::default();
    again.refused(join(1), MOMENT, now);
    assert_eq!(again.due(), Some(now + MOMENT));
    assert_eq!(again.take(now + MOMENT), Some(join(1)));
    assert_eq!(again.due(), None, "nothing is left to ask");
}

#[test]
fn a_hub_that_names_no_time_is_not_asked_without_end_and_one_that_names_a_year_is_asked_within_a_minute() {
    let now = Instant::now();
    let mut again = Again::default();
    again.refused(join(1), Duration::ZERO, now);
    assert_eq!(again.due(), Some(now + SHORTEST));
    again.refused(join(1), Duration::MAX, now);
    assert_eq!(again.due(), Some(now + LONGEST));
}

#[test]
fn what_is_not_wanted_any_more_is_not_asked() {
    let now = Instant::now();
    let mut again = Again::default();
    again.refused(join(1), MOMENT, now);
    again.refused(Ask::Leave("1".into()), MOMENT, now);
    assert!(again.forget(&join(1)) && !again.forget(&join(1)));
    assert_eq!(again.take(now + MOMENT), Some(Ask::Leave("1".into())));
    again.refused(Ask::Presence, MOMENT, now);
    again.forget(&Ask::Presence);
    assert_eq!(again.due(), None);
}

/// A hub that serves one request in each `MOMENT`, after `burst` of them at once.
struct BusyHub {
    served: Vec<Ask>,
    free_at: Instant,
    burst: usize,
}

impl BusyHub {
    /// `Some`: after so long it may be asked again.
    fn ask(&mut self, ask: Ask, now: Instant) -> Option<Duration> {
        if self.burst > 0 {
            self.burst -= 1;
        } else if now < self.free_at {
            return Some(self.free_at - now);
        } else {
            self.free_at = now + MOMENT;
        }
        self.served.push(ask);
        None
    }
}

proptest! {
    #[test]
    fn every_channel_is_joined_once_in_the_end_without_a_storm_of_questions(
        channels in 1_usize..60, burst in 0_usize..60,
    ) {
        let mut now = Instant::now();
        let mut again = Again::default();
        let mut hub = BusyHub { served: Vec::new(), free_at: now + MOMENT, burst };
        let mut asked = 0;
        for channel in 0..channels {
            asked += 1;
            if let Some(after) = hub.ask(join(channel), now) {
                again.refused(join(channel), after, now);
            }
        }
        while let Some(due) = again.due() {
            prop_assert!(due > now, "time goes on");
            now = due;
            let next = again.take(now).expect("something is due");
            asked += 1;
            if let Some(after) = hub.ask(next.clone(), now) {
                again.refused(next, after, now);
            }
        }
        prop_assert_eq!(hub.served.len(), channels);
        prop_assert!((0..channels).all(|channel| hub.served.contains(&join(channel))));
        prop_assert!(asked <= 2 * channels + 1, "{} questions for {} channels", asked, channels);
    }
}
