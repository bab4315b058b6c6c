//! The icon in the tray: how things are, what just came, and the way in.

mod menu;
mod view;

use std::sync::{Arc, Mutex, PoisonError};

use chapfood_station::contract::{Command, Snapshot};
use chapfood_station::{Clock as _, SystemClock};
use jiff::{Timestamp, Zoned};
use tauri::image::Image;
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager};

use crate::{desktop::Desktop, window, words::Words};
use menu::{Choices, Menu};
use view::{Choice, Face, View};

const NORMAL: Image<'_> = tauri::include_image!("icons/tray/normal.png");
const UNREAD: Image<'_> = tauri::include_image!("icons/tray/unread.png");
const LATE: Image<'_> = tauri::include_image!("icons/tray/late.png");
const DO_NOT_DISTURB: Image<'_> = tauri::include_image!("icons/tray/do-not-disturb.png");
const DISCONNECTED: Image<'_> = tauri::include_image!("icons/tray/disconnected.png");

/// The icon and its menu.
pub(crate) struct Tray {
    app: AppHandle,
    icon: TrayIcon,
    menu: Menu,
    /// What the menu's lines do at the moment, for whoever chooses one. Locked only to look and to replace.
    choices: Arc<Mutex<Choices>>,
    shown: View,
}

impl Tray {
    /// Puts the icon into the tray.
    pub(crate) fn new(app: &AppHandle, snapshot: &Snapshot) -> tauri::Result<Self> {
        let shown = View::of(snapshot, Words::of(&snapshot.settings), &here());
        let menu = Menu::of(app, &shown.lines, 0)?;
        let choices = Arc::new(Mutex::new(Choices::of(&shown.lines, menu.generation())));
        let offered = choices.clone();
        let icon = TrayIconBuilder::with_id("main")
            .icon(shown.face.image())
            .tooltip(&shown.tooltip)
            .menu(menu.shown())
            .show_menu_on_left_click(false)
            .on_menu_event(move |app, event| {
                let choices = offered.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(choice) = choices.named(event.id().as_ref()) {
                    chosen(app, choice.clone());
                }
            })
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
        Ok(Self { app: app.clone(), icon, menu, choices, shown })
    }

    /// Shows the state, touching only what changed.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) -> tauri::Result<()> {
        let view = View::of(snapshot, Words::of(&snapshot.settings), &here());
        if view == self.shown {
            return Ok(());
        }
        if view.face != self.shown.face {
            self.icon.set_icon(Some(view.face.image()))?;
        }
        if view.tooltip != self.shown.tooltip {
            self.icon.set_tooltip(Some(&view.tooltip))?;
        }
        if view.lines != self.shown.lines {
            if menu::have_one_shape(&view.lines, &self.shown.lines) {
                self.menu.say(&view.lines)?;
            } else {
                self.menu = Menu::of(&self.app, &view.lines, self.menu.generation() + 1)?;
                self.icon.set_menu(Some(self.menu.shown().clone()))?;
            }
            *self.choices.lock().unwrap_or_else(PoisonError::into_inner) =
                Choices::of(&view.lines, self.menu.generation());
        }
        self.shown = view;
        Ok(())
    }
}

fn here() -> Zoned {
    let now = Timestamp::from_millisecond(SystemClock.now().as_millis()).unwrap_or_default();
    now.to_zoned(SystemClock.zone())
}

fn chosen(app: &AppHandle, choice: Choice) {
    let desktop = app.state::<Desktop>();
    match choice {
        Choice::Nothing => {}
        Choice::Show(place) => desktop.show(place),
        Choice::Notification(id) => desktop.open(id),
        Choice::Window => window::show(app),
        Choice::Wall => {
            desktop.open_wall(true);
            window::show(app);
        }
        Choice::TryNow => desktop.order(Command::TryNow),
        Choice::DoNotDisturb(choice) => desktop.order(Command::DoNotDisturb { choice }),
        Choice::Quit => desktop.ask_to_quit(app),
    }
}

impl Face {
    fn image(self) -> Image<'static> {
        match self {
            Self::Normal => NORMAL,
            Self::Unread => UNREAD,
            Self::Late => LATE,
            Self::DoNotDisturb => DO_NOT_DISTURB,
            Self::Disconnected => DISCONNECTED,
        }
    }
}
