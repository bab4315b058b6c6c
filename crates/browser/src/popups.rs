use chapfood_station::contract::Sound;
use chapfood_station::{Player, SoundFault, Toast, ToastFault, Toaster};

/// A browser shows the station in a page; the system's pop-ups are the desktop app's. What would have been
/// shown is logged.
#[derive(Debug)]
pub(crate) struct NoPopups;

impl Toaster for NoPopups {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        tracing::info!(id = toast.id, title = toast.title, "a pop-up");
        Ok(())
    }

    async fn withdraw(&self, id: String) {
        tracing::info!(id, "a pop-up withdrawn");
    }
}

/// Sounds are the desktop app's too. What would have been heard is logged.
#[derive(Debug)]
pub(crate) struct NoSounds;

impl Player for NoSounds {
    async fn play(&self, sound: Sound, volume: u8) -> Result<(), SoundFault> {
        tracing::info!(?sound, volume, "a sound");
        Err(SoundFault::Unsupported)
    }
}
