//! The page lives in a process of its own, which can die while the app goes on.

use std::time::Instant;

use tauri::{Manager, WebviewWindow};
use webkit2gtk::WebViewExt;

use crate::window::Screen;

/// Destroys the window when its page's process dies; [`Screen`] says whether another one follows.
pub(crate) fn watch(window: &WebviewWindow) -> tauri::Result<()> {
    let dead = window.clone();
    window.with_webview(move |webview| {
        webview.inner().connect_web_process_terminated(move |_, reason| {
            let another = dead.state::<Screen>().page_died(Instant::now());
            tracing::error!(?reason, another, "the page's process ended");
            if let Err(error) = dead.destroy() {
                tracing::error!("the dead window did not close: {error}");
            }
        });
    })
}
