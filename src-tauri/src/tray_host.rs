//! Whether anybody shows tray icons here. A tray icon that nobody shows reports no error, and a
//! window closed to it would be gone for good.

#[cfg(target_os = "linux")]
use std::time::Duration;

/// How long the bus may take; it answers in a few milliseconds.
#[cfg(target_os = "linux")]
const DEADLINE: Duration = Duration::from_millis(500);

/// Asks the session's bus whether a tray host is there now.
#[cfg(target_os = "linux")]
pub(crate) async fn present() -> bool {
    tokio::time::timeout(DEADLINE, watcher_has_owner()).await.is_ok_and(|answer| answer.unwrap_or(false))
}

#[cfg(target_os = "linux")]
async fn watcher_has_owner() -> zbus::Result<bool> {
    let session = zbus::Connection::session().await?;
    let bus = zbus::fdo::DBusProxy::new(&session).await?;
    let watcher = zbus::names::BusName::from_static_str("org.kde.StatusNotifierWatcher")?;
    Ok(bus.name_has_owner(watcher).await?)
}

/// Windows and macOS always have one.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn present() -> bool {
    true
}
