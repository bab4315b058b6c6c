//! Keeps the screen on, on Windows and macOS.

use std::sync::mpsc;

/// The screen stays on until this is dropped, or the app has ended.
#[derive(Debug)]
pub(crate) struct Awake {
    /// Its end is what the thread waits for.
    _held: mpsc::Sender<()>,
}

impl Awake {
    /// Asks the system. Windows keeps the wish for as long as the thread lives that had it, so it has its own.
    pub(crate) fn keep(why: &'static str) -> Self {
        let (held, released) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let asked = keepawake::Builder::default()
                .display(true)
                .idle(true)
                .reason(why)
                .app_name("ChapFood Notifications")
                .app_reverse_domain("app.chapfood.notifications")
                .create();
            match asked {
                Ok(_awake) => {
                    // The sender is dropped, never used.
                    let _ = released.recv();
                }
                Err(error) => tracing::warn!("the system does not keep the screen on: {error}"),
            }
        });
        Self { _held: held }
    }
}
