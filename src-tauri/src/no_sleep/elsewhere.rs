//! Keeps this computer from going to sleep, on Windows and macOS. The screen may go dark meanwhile.

use std::sync::mpsc;

/// This computer does not sleep until this is dropped, or the app has ended.
#[derive(Debug)]
pub(crate) struct NoSleep {
    /// Its end is what the thread waits for.
    _held: mpsc::Sender<()>,
}

impl NoSleep {
    /// Asks the system. Windows keeps the wish for as long as the thread lives that had it, so it has its own.
    pub(crate) fn keep(why: &'static str) -> Self {
        let (held, released) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let asked = keepawake::Builder::default()
                .idle(true)
                .sleep(true)
                .reason(why)
                .app_name("ChapFood Notifications")
                .app_reverse_domain("app.chapfood.notifications")
                .create();
            match asked {
                Ok(_awake) => {
                    // The sender is dropped, never used.
                    let _ = released.recv();
                }
                Err(error) => tracing::warn!("this computer may sleep while it hosts the hub: {error}"),
            }
        });
        Self { _held: held }
    }
}
