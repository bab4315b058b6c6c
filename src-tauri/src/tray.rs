//! The icon in the tray: whether the hub is there, whether something is unread, and the way in.

mod view;

use chapfood_station::contract::Snapshot;
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use crate::{desktop::Desktop, window, words::Words};
use view::{Face, View};

const NORMAL: Image<'_> = tauri::include_image!("icons/tray/normal.png");
const UNREAD: Image<'_> = tauri::include_image!("icons/tray/unread.png");
const DISCONNECTED: Image<'_> = tauri::include_image!("icons/tray/disconnected.png");

/// The icon and its menu. The items stay and change their text: a menu that is replaced closes
/// under the pointer.
pub(crate) struct Tray {
    icon: TrayIcon,
    link: MenuItem<Wry>,
    unread: MenuItem<Wry>,
    open: MenuItem<Wry>,
    retry: MenuItem<Wry>,
    hub: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    shown: View,
}

impl Tray {
    /// Puts the icon into the tray.
    pub(crate) fn new(app: &AppHandle, snapshot: &Snapshot) -> tauri::Result<Self> {
        let view = View::of(snapshot, Words::of(&snapshot.settings));
        let item = |id, text: &str, enabled| MenuItem::with_id(app, id, text, enabled, None::<&str>);
        let link = item("link", &view.link, false)?;
        let unread = item("unread", &view.unread, true)?;
        let open = item("open", view.words.open, true)?;
        let retry = item("retry", view.words.try_now, view.can_retry)?;
        let hub = item("hub", &view.hub, true)?;
        let quit = item("quit", &view.quit, true)?;
        let line = || PredefinedMenuItem::separator(app);
        let menu = Menu::with_items(app, &[&link, &unread, &line()?, &open, &retry, &hub, &line()?, &quit])?;
        let icon = TrayIconBuilder::with_id("main")
            .icon(view.face.image())
            .tooltip(&view.link)
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
            .on_tray_icon_event(|icon, event| {
                // Linux has no such event: there the host shows the menu at any click.
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                {
                    window::show(icon.app_handle());
                }
            })
            .build(app)?;
        Ok(Self { icon, link, unread, open, retry, hub, quit, shown: view })
    }

    /// Shows the state, touching only what changed.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) -> tauri::Result<()> {
        let view = View::of(snapshot, Words::of(&snapshot.settings));
        if view == self.shown {
            return Ok(());
        }
        if view.face != self.shown.face {
            self.icon.set_icon(Some(view.face.image()))?;
        }
        self.icon.set_tooltip(Some(&view.link))?;
        self.link.set_text(&view.link)?;
        self.unread.set_text(&view.unread)?;
        self.open.set_text(view.words.open)?;
        self.retry.set_text(view.words.try_now)?;
        self.retry.set_enabled(view.can_retry)?;
        self.hub.set_text(&view.hub)?;
        self.quit.set_text(&view.quit)?;
        self.shown = view;
        Ok(())
    }
}

fn chosen(app: &AppHandle, item: &str) {
    let desktop = app.state::<Desktop>();
    match item {
        "retry" => desktop.try_now(),
        "quit" => desktop.quit(app),
        // All the others are done in the window.
        _ => window::show(app),
    }
}

impl Face {
    fn image(self) -> Image<'static> {
        match self {
            Self::Normal => NORMAL,
            Self::Unread => UNREAD,
            Self::Disconnected => DISCONNECTED,
        }
    }
}
