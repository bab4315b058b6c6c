//! Starting with the computer, as the settings say.

use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt as _;

/// Makes the system's entry agree with the setting.
pub(crate) fn follow(app: &AppHandle, wanted: bool) {
    let entry = app.autolaunch();
    let outcome = match (entry.is_enabled(), wanted) {
        (Ok(true), true) | (Ok(false), false) => Ok(()),
        (_, true) => entry.enable(),
        (_, false) => entry.disable(),
    };
    if let Err(error) = outcome {
        tracing::warn!(wanted, "starting with the computer could not be changed: {error}");
    }
}
