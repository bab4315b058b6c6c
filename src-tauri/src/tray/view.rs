//! What the tray says.

use chapfood_station::contract::{DoNotDisturb, DoNotDisturbChoice, HostedHub, Link, Place, Row, Snapshot};
use chapfood_station::one_line;
use jiff::{Timestamp, Zoned};

use crate::words::Words;

/// Notifications listed in the menu.
const LISTED: usize = 3;
/// The longest line that holds somebody's words, in characters.
const LINE: usize = 60;

/// What the tray shows, as a function of the station's state and the time. Its texts are plain: what a menu takes
/// for a mark of an access key is not escaped here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) face: Face,
    pub(super) tooltip: String,
    pub(super) lines: Vec<Line>,
}

/// The icon's states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Normal,
    Unread,
    /// Something is late, and nobody has taken it.
    Late,
    DoNotDisturb,
    Disconnected,
}

/// A line of the menu.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Separator,
    Item {
        text: String,
        choice: Choice,
        enabled: bool,
    },
    /// A menu of its own, beside this one.
    Group {
        text: String,
        lines: Vec<Line>,
    },
}

/// What a line of the menu does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// It only says something.
    Nothing,
    Show(Place),
    /// Shows the notification with this id.
    Notification(String),
    Window,
    Wall,
    TryNow,
    DoNotDisturb(DoNotDisturbChoice),
    Quit,
}

impl View {
    pub(super) fn of(snapshot: &Snapshot, words: &'static Words, now: &Zoned) -> Self {
        let link = link_words(snapshot, words, now);
        Self {
            face: face(snapshot),
            tooltip: tooltip(snapshot, words, &link),
            lines: lines(snapshot, words, link, now),
        }
    }
}

fn face(snapshot: &Snapshot) -> Face {
    match snapshot {
        // A tray that counts on while nothing arrives would look live: no hub comes first.
        Snapshot { link, .. } if !matches!(link, Link::Connected { .. }) => Face::Disconnected,
        // An icon disturbs nobody: who asked for silence still sees that a guest waits.
        Snapshot { todo, .. } if todo.late > 0 => Face::Late,
        Snapshot { settings, .. } if settings.do_not_disturb != DoNotDisturb::Off => Face::DoNotDisturb,
        Snapshot { unread: 1.., .. } => Face::Unread,
        _ => Face::Normal,
    }
}

fn tooltip(snapshot: &Snapshot, words: &Words, link: &str) -> String {
    let counts = [
        (snapshot.todo.count, words.todo(snapshot.todo.count)),
        (snapshot.todo.late, words.late(snapshot.todo.late)),
        (snapshot.unread, words.unread(snapshot.unread)),
    ];
    let quiet = snapshot.settings.do_not_disturb != DoNotDisturb::Off;
    let parts = std::iter::once(link.to_owned())
        .chain(counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words))
        .chain(quiet.then(|| words.do_not_disturb.to_owned()));
    parts.collect::<Vec<_>>().join(", ")
}

fn lines(snapshot: &Snapshot, words: &Words, link: String, now: &Zoned) -> Vec<Line> {
    let mut lines = vec![Line::Item { text: link, choice: Choice::Nothing, enabled: false }];
    if !matches!(snapshot.link, Link::Connected { .. }) {
        lines.push(item(words.try_now, Choice::TryNow));
    }
    // Counts that no longer grow, and what needs others, are for the window to explain.
    let gone = matches!(snapshot.link, Link::Offline { .. } | Link::Refused { .. });
    if !gone {
        let (todo, unread) = (snapshot.todo.count, snapshot.unread);
        lines.push(counted(words.todo(todo), Place::Todo, todo));
        lines.push(counted(words.unread(unread), Place::Unread, unread));
        lines.push(Line::Separator);
        lines.extend(snapshot.latest.iter().take(LISTED).map(notification));
        if !snapshot.latest.is_empty() {
            lines.push(Line::Separator);
        }
        lines.push(item(words.open, Choice::Window));
        lines.push(item(words.wall, Choice::Wall));
        lines.push(item(words.send, Choice::Show(Place::Send)));
    } else {
        lines.push(Line::Separator);
        lines.push(item(words.open, Choice::Window));
    }
    lines.push(Line::Separator);
    lines.push(do_not_disturb(snapshot.settings.do_not_disturb, words, now));
    let hub = match snapshot.hosted_hub {
        HostedHub::On { connected_clients, .. } => words.hub_on(connected_clients),
        _ => words.hub_off.into(),
    };
    lines.push(item(hub, Choice::Show(Place::Hub)));
    lines.push(item(words.settings, Choice::Show(Place::Settings)));
    lines.push(Line::Separator);
    lines.push(item(quit_words(snapshot, words), Choice::Quit));
    lines
}

fn item(text: impl Into<String>, choice: Choice) -> Line {
    Line::Item { text: text.into(), choice, enabled: true }
}

fn counted(text: String, place: Place, count: u32) -> Line {
    Line::Item { text, choice: Choice::Show(place), enabled: count > 0 }
}

fn notification(row: &Row) -> Line {
    let channel = row.channel.as_ref().map(|channel| format!("#{}", one_line(channel)));
    let said = [Some(one_line(&row.title)), channel].into_iter().flatten().filter(|text| !text.is_empty());
    item(cut(&said.collect::<Vec<_>>().join(", ")), Choice::Notification(row.id.clone()))
}

fn do_not_disturb(present: DoNotDisturb, words: &Words, now: &Zoned) -> Line {
    let choices = [
        (words.half_hour, DoNotDisturbChoice::HalfHour),
        (words.hour, DoNotDisturbChoice::Hour),
        (words.service, DoNotDisturbChoice::Service),
        (words.tomorrow, DoNotDisturbChoice::Tomorrow),
        (words.manual, DoNotDisturbChoice::Manual),
    ];
    let choices = choices.map(|(text, choice)| item(text, Choice::DoNotDisturb(choice)));
    let text = match present {
        DoNotDisturb::Off => {
            return Line::Group { text: words.do_not_disturb.into(), lines: choices.into() };
        }
        DoNotDisturb::Until { at } => words.do_not_disturb_until.replace("{time}", &clock(at, now)),
        DoNotDisturb::On => words.do_not_disturb_on.into(),
    };
    let off = item(words.alerts_again, Choice::DoNotDisturb(DoNotDisturbChoice::Off));
    Line::Group { text, lines: [off, Line::Separator].into_iter().chain(choices).collect() }
}

fn link_words(snapshot: &Snapshot, words: &Words, now: &Zoned) -> String {
    let since = |at| words.offline_since.replace("{time}", &clock(at, now));
    match (&snapshot.link, &snapshot.hub_name) {
        (Link::Connecting, _) => words.connecting.into(),
        (Link::Connected { .. }, Some(name)) => words.connected_to.replace("{hub}", &cut(&one_line(name))),
        (Link::Connected { .. }, None) => words.connected.into(),
        (Link::Reconnecting { .. }, _) => words.reconnecting.into(),
        (Link::Offline { since: at, .. }, _) => since(*at),
        (Link::Refused { words: hub, since: at, .. }, _) => {
            format!("{} ({})", since(*at), cut(&one_line(hub)))
        }
    }
}

/// The local time of day, with the day if that is another than today.
fn clock(at: i64, now: &Zoned) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(now.time_zone().clone());
    let format = if at.date() == now.date() { "%H:%M" } else { "%d/%m %H:%M" };
    at.strftime(format).to_string()
}

/// At most [`LINE`] characters, and a sign that there are more.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Quitting says that it stops the hub if it cuts off others.
fn quit_words(snapshot: &Snapshot, words: &Words) -> &'static str {
    if snapshot.others_connected() > 0 { words.quit_with_hub } else { words.quit }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
