//! The sounds of a station: calculated here, so that nobody's licence comes with them, and played on the
//! computer's default device.
//!
//! The device is open only while something plays and a little longer: an idle app keeps no device busy, and what
//! is plugged in or chosen meanwhile is found at the next sound.

mod device;
mod synthesis;
#[cfg(test)]
mod synthesis_tests;

use chapfood_station::contract::Sound;
use chapfood_station::{Player, SoundFault};
use tokio::sync::oneshot;

use crate::device::{Device, Order};

/// Plays sounds on the computer's default device, from a thread of its own.
#[derive(Debug)]
pub struct SoundPlayer {
    device: Device,
}

impl SoundPlayer {
    /// Opens nothing yet. The thread ends with the player.
    pub fn start() -> Self {
        Self { device: Device::start() }
    }
}

impl Player for SoundPlayer {
    async fn play(&self, sound: Sound, volume: u8) -> Result<(), SoundFault> {
        let (begun, outcome) = oneshot::channel();
        self.device.order(Order { sound, gain: gain(volume), begun });
        let gone = || SoundFault::Failing("the device went away before it played".into());
        outcome.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// How much of the full swing a volume of 0 to 100 is. Ears hear differences in proportion: half the volume is a
/// quarter of the swing.
fn gain(volume: u8) -> f32 {
    (f32::from(volume.min(100)) / 100.0).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_goes_from_nothing_to_all_in_steps_that_ears_find_even() {
        assert_eq!((gain(0), gain(100), gain(255)), (0.0, 1.0, 1.0));
        assert_eq!(gain(50), 0.25);
        assert!((1..=100).all(|volume| gain(volume) > gain(volume - 1)));
    }
}
