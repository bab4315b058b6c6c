//! The system asks the app to end: by a signal, or by Ctrl-C in a terminal.

use tauri::{AppHandle, Manager};

use crate::desktop::Desktop;

/// Quits in order when asked to. Without this SIGTERM would end the process on the spot.
pub(crate) fn follow(app: &AppHandle, mut asked: AskedToEnd) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let how = asked.next().await;
        tracing::info!("{how}: ending in order");
        app.state::<Desktop>().quit(&app);
    });
}

/// The system's ways to ask, remembered from [`listen`] on.
pub(crate) struct AskedToEnd {
    #[cfg(unix)]
    signals: [(&'static str, tokio::signal::unix::Signal); 3],
}

/// Takes the signals over. First of all: until then they end the process on the spot.
#[cfg(unix)]
pub(crate) fn listen() -> std::io::Result<AskedToEnd> {
    use tokio::signal::unix::{SignalKind, signal};

    // Signals are tied to the runtime that is current here.
    tauri::async_runtime::block_on(async {
        Ok(AskedToEnd {
            signals: [
                ("SIGTERM", signal(SignalKind::terminate())?),
                ("SIGINT", signal(SignalKind::interrupt())?),
                ("SIGHUP", signal(SignalKind::hangup())?),
            ],
        })
    })
}

#[cfg(not(unix))]
pub(crate) fn listen() -> std::io::Result<AskedToEnd> {
    Ok(AskedToEnd {})
}

impl AskedToEnd {
    #[cfg(unix)]
    async fn next(&mut self) -> &'static str {
        let [(terminate, on_terminate), (interrupt, on_interrupt), (hangup, on_hangup)] = &mut self.signals;
        tokio::select! {
            _ = on_terminate.recv() => terminate,
            _ = on_interrupt.recv() => interrupt,
            _ = on_hangup.recv() => hangup,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> &'static str {
        // An error means that nobody can press it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}
