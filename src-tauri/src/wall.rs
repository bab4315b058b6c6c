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
        if !open {
            self.awake = None;
        } else if self.awake.is_none() {
            self.awake = Some(Awake::keep(app.state::<Desktop>().words().wall_is_open));
        }
        self.arrange(open, async |open| window::fill_screen(app, open).await).await;
    }

    /// What fails is tried again at the next snapshot.
    async fn arrange(&mut self, open: bool, fill_screen: impl AsyncFnOnce(bool) -> anyhow::Result<()>) {
        if self.open == open {
            return;
        }
        match fill_screen(open).await {
            Ok(()) => self.open = open,
            Err(error) => tracing::error!(open, "the wall's view does not have the screen: {error:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_screen_that_could_not_be_arranged_is_tried_again_and_one_that_was_is_left_alone() {
        let mut wall = WallScreen::default();
        wall.arrange(true, async |_| anyhow::bail!("no display")).await;
        let mut filled = Vec::new();
        for open in [true, true, false, false] {
            let fill = async |open| {
                filled.push(open);
                Ok(())
            };
            wall.arrange(open, fill).await;
        }
        assert_eq!(filled, [true, false]);
    }
}
