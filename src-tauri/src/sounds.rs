//! The sounds of this computer.

use chapfood_station::contract::Sound;
use chapfood_station::{Player, SoundFault};

/// Plays nothing.
#[derive(Debug)]
pub(crate) struct Silence;

impl Player for Silence {
    async fn play(&self, _: Sound, _: u8) -> Result<(), SoundFault> {
        Err(SoundFault::Unsupported)
    }
}
