//! The view for a screen on the wall, as far as it is more than a page: it has the whole screen, which stays on.

use tauri::{AppHandle, Manager as _};

use crate::awake::Awake;
use crate::desktop::Desktop;
use crate::window;

/// The screen as it was last arranged.
#[derive(Debug, Default)]
pub(crate) struct WallScreen {
    open: bool,
    awake: Option<Awake>,
}

impl WallScreen {
    /// Arranges the screen as the settings say. At the first start after a power cut too: a screen in a kitchen
    /// has nobody who opens the view again.
    pub(crate) async fn follow(&mut self, app: &AppHandle, open: bool) {
        if std::mem::replace(&mut self.open, open) == open {
            return;
        }
        if let Err(error) = window::fill_screen(app, open).await {
            tracing::error!(open, "the wall's view does not have the screen: {error:#}");
        }
        if let Some(awake) = self.awake.take() {
            awake.release().await;
        }
        if open {
            self.awake = Awake::keep(app.state::<Desktop>().words().wall_is_open).await;
        }
    }
}
