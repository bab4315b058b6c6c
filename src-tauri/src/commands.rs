//! The one door between the window and the station.

use chapfood_station::contract::{Command, Fault};
use serde_json::Value;
use tauri::{AppHandle, State};

use crate::{desktop::Desktop, window};

/// Does what the window asks. Its first question of all is the snapshot, once it listens.
#[tauri::command]
pub(crate) async fn station(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    command: Command,
) -> Result<Value, Fault> {
    let listens = matches!(command, Command::Snapshot);
    let quits = matches!(command, Command::Quit);
    let answer = desktop.station().handle(command).await;
    if quits && answer.is_ok() {
        desktop.quit(&app);
    }
    if listens {
        window::page_listens(&app).await;
    }
    answer
}
