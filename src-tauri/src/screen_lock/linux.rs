//! Whether the screen is locked, as the desktop says it on its buses. Without anybody who says so it never is.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt as _;
use tauri::{AppHandle, Manager as _};
use tokio::sync::mpsc;
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream, OwnedObjectPath, OwnedVariant};

use crate::desktop::Desktop;

/// Those who say on the session's bus whether the screen is locked, with where. KDE has the first, GNOME the
/// second.
const SAVERS: [(&str, &str); 5] = [
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
];
const LOGIND: &str = "org.freedesktop.login1";
const SESSION: &str = "org.freedesktop.login1.Session";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// What somebody says of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Locked {
        by: String,
        locked: bool,
    },
    /// They have left the bus, and cannot say any more that it is open again.
    Gone {
        who: String,
    },
}

/// Who says that the screen is locked. One is enough.
#[derive(Debug, Default)]
struct Lock {
    by: HashMap<String, bool>,
}

impl Lock {
    /// Whether it is locked now.
    fn hear(&mut self, said: Said) -> bool {
        match said {
            Said::Locked { by, locked } => drop(self.by.insert(by, locked)),
            Said::Gone { who } => drop(self.by.remove(&who)),
        }
        self.by.values().any(|locked| *locked)
    }
}

/// Passes on what is heard in one place. With its end nobody would hear there any more that the screen is open
/// again, so that it takes back whatever was said.
struct Passing {
    tell: mpsc::UnboundedSender<Said>,
    said_by: HashSet<String>,
}

impl Passing {
    fn to(tell: &mpsc::UnboundedSender<Said>) -> Self {
        Self { tell: tell.clone(), said_by: HashSet::new() }
    }

    /// Whether anybody wants to hear more.
    fn on(&mut self, said: Said) -> bool {
        match &said {
            Said::Locked { by, .. } => drop(self.said_by.insert(by.clone())),
            // The bus tells of everybody who leaves it.
            Said::Gone { who } => drop(self.said_by.remove(who)),
        }
        self.tell.send(said).is_ok()
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        for who in self.said_by.drain() {
            // Nobody wants to hear it only while the app is ending.
            let _ = self.tell.send(Said::Gone { who });
        }
    }
}

/// Tells the station whenever the screen is locked or opened.
pub(crate) fn follow(app: &AppHandle) {
    let app = app.clone();
    let (tell, mut heard) = mpsc::unbounded_channel();
    let (of_savers, of_logind) = (Passing::to(&tell), Passing::to(&tell));
    tauri::async_runtime::spawn(async move {
        if let Err(error) = listen_to_savers(of_savers).await {
            tracing::info!("no screen saver says whether the screen is locked: {error}");
        }
    });
    tauri::async_runtime::spawn(async move {
        if let Err(error) = listen_to_logind(of_logind).await {
            tracing::info!("the system does not say whether the screen is locked: {error}");
        }
    });
    tauri::async_runtime::spawn(async move {
        let (mut lock, mut before) = (Lock::default(), false);
        while let Some(said) = heard.recv().await {
            let locked = lock.hear(said);
            if locked != before {
                tracing::debug!(locked, "the screen");
                app.state::<Desktop>().station().screen_locked(locked).await;
                before = locked;
            }
        }
    });
}

/// Screen savers may come and go: it is their signals that count, after one question to those who are there.
async fn listen_to_savers(mut pass: Passing) -> zbus::Result<()> {
    let session = Connection::session().await?;
    let changed = MatchRule::builder().msg_type(Type::Signal).member("ActiveChanged").build()?;
    let mut changes = MessageStream::for_match_rule(changed, &session, None).await?;
    let bus = zbus::fdo::DBusProxy::new(&session).await?;
    let mut owners = bus.receive_name_owner_changed().await?;
    for (name, path) in SAVERS {
        // Not asked if nobody has the name: a question would start them.
        let Ok(owner) = bus.get_name_owner(name.try_into()?).await else { continue };
        let asked = session.call_method(Some(name), path, Some(name), "GetActive", &()).await;
        if let Ok(locked) = asked.and_then(|reply| reply.body().deserialize::<bool>()) {
            pass.on(Said::Locked { by: owner.to_string(), locked });
        }
    }
    loop {
        let said = tokio::select! {
            Some(change) = changes.next() => saver_said(&change?),
            Some(owner) = owners.next() => {
                let owner = owner.args()?;
                owner.new_owner.is_none().then(|| Said::Gone { who: owner.name.to_string() })
            }
            else => return Ok(()),
        };
        if said.is_some_and(|said| !pass.on(said)) {
            return Ok(());
        }
    }
}

fn saver_said(message: &zbus::Message) -> Option<Said> {
    let header = message.header();
    let interface = header.interface()?.as_str();
    SAVERS.iter().find(|(name, _)| *name == interface)?;
    let locked = message.body().deserialize::<bool>().ok()?;
    Some(Said::Locked { by: header.sender()?.to_string(), locked })
}

/// Lockers without a desktop around them tell the system.
async fn listen_to_logind(mut pass: Passing) -> zbus::Result<()> {
    let system = Connection::system().await?;
    let manager = ("/org/freedesktop/login1", Some("org.freedesktop.login1.Manager"));
    let found = system.call_method(Some(LOGIND), manager.0, manager.1, "GetSession", &("auto")).await?;
    let path: OwnedObjectPath = found.body().deserialize()?;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(PROPERTIES)
        .member("PropertiesChanged")
        .path(&path)
        .build()?;
    let mut changes = MessageStream::for_match_rule(rule, &system, None).await?;
    let hint =
        system.call_method(Some(LOGIND), &path, Some(PROPERTIES), "Get", &(SESSION, "LockedHint")).await?;
    let mut now = bool::try_from(hint.body().deserialize::<OwnedVariant>()?).ok();
    loop {
        if let Some(locked) = now
            && !pass.on(Said::Locked { by: LOGIND.into(), locked })
        {
            return Ok(());
        }
        let Some(change) = changes.next().await else { return Ok(()) };
        now = locked_hint(&change?);
    }
}

fn locked_hint(message: &zbus::Message) -> Option<bool> {
    let body = message.body();
    let (_, mut changed, _): (String, HashMap<String, OwnedVariant>, Vec<String>) =
        body.deserialize().ok()?;
    bool::try_from(changed.remove("LockedHint")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: &str, locked: bool) -> Said {
        Said::Locked { by: by.into(), locked }
    }

    #[test]
    fn one_who_says_locked_is_enough_and_all_must_say_open() {
        let mut lock = Lock::default();
        assert!(!lock.hear(said("logind", false)));
        assert!(lock.hear(said("saver", true)));
        assert!(lock.hear(said("logind", true)));
        assert!(lock.hear(said("saver", false)), "the other one still says locked");
        assert!(!lock.hear(said("logind", false)));
    }

    #[test]
    fn a_saver_that_died_while_locked_hides_nothing_for_ever() {
        let mut lock = Lock::default();
        assert!(lock.hear(said(":1.7", true)));
        assert!(lock.hear(Said::Gone { who: ":1.8".into() }));
        assert!(!lock.hear(Said::Gone { who: ":1.7".into() }));
    }

    #[test]
    fn whoever_stops_listening_takes_back_what_was_said_there_and_nothing_else() {
        let (tell, mut heard) = mpsc::unbounded_channel();
        let (mut savers, mut logind) = (Passing::to(&tell), Passing::to(&tell));
        for locked in [said(":1.7", true), said(":1.8", true), Said::Gone { who: ":1.8".into() }] {
            assert!(savers.on(locked));
        }
        assert!(logind.on(said(LOGIND, true)));
        let (mut lock, mut hear) = (Lock::default(), || heard.try_recv().ok());
        while let Some(said) = hear() {
            lock.hear(said);
        }
        drop(savers);
        assert_eq!(hear(), Some(Said::Gone { who: ":1.7".into() }));
        assert_eq!(hear(), None, "what was taken back before is not once more");
        assert!(lock.hear(Said::Gone { who: ":1.7".into() }), "the system still says locked");
        drop(logind);
        assert!(!hear().is_some_and(|said| lock.hear(said)), "nobody says so any more");
    }
}
