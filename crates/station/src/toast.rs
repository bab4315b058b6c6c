//! What a pop-up says: the words, without markup. Making them safe for a desktop that interprets markup is
//! the desktop's part, because it depends on the desktop.

use chapfood_inbox::Entry;
use chapfood_protocol::NotificationType;

use crate::contract::Language;
use crate::one_line::one_line;
use crate::{references, words};

/// The longest body, in characters, before it is cut at a word.
const BODY_LIMIT: usize = 140;
/// The most lines of the body that come from the message.
const BODY_LINES: usize = 2;

/// A pop-up to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The hub's id of the notification that a click opens; of the newest one if it stands for several.
    /// Empty: a sample, nothing to open.
    pub id: String,
    /// One line of plain text.
    pub title: String,
    /// Plain text: up to two lines of the message, then a line `#channel, sender`.
    pub body: String,
    /// Whether it stays.
    pub urgency: Urgency,
    /// `None`: a broadcast, or several channels.
    pub channel: Option<String>,
    /// Empty if it stands for several notifications.
    pub sender: String,
    /// The id of an earlier pop-up that is out of date: if it still shows, this one takes its place.
    pub replaces: Option<String>,
    /// What may be offered, the more useful first; a click beside the buttons opens. A desktop shows the first two
    /// that it can: `Take` and `Open` where a click alone may go unnoticed, `Take` and `Remind` where everybody
    /// clicks, and none if it has no buttons.
    pub actions: Vec<ToastAction>,
}

/// What a person can do from a pop-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastAction {
    /// Show it in the window.
    Open,
    /// Take charge of it.
    Take,
    /// Have it come back in five minutes.
    Remind,
}

impl ToastAction {
    /// What stands on its button.
    pub fn label(self, language: Language) -> &'static str {
        words::action(self, language)
    }
}

/// How a pop-up asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Goes away after the system's delay. Also for successes: a desktop may not show what it is told is
    /// of low urgency, and "the order is ready" must be seen.
    Normal,
    /// Stays until dismissed, where the system allows it.
    Critical,
}

impl Urgency {
    pub(crate) fn of(kind: NotificationType) -> Self {
        if kind == NotificationType::Error { Self::Critical } else { Self::Normal }
    }
}

/// How pop-ups are worded at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) language: Language,
    /// Whether strangers may be reading: then the channel is all that is said.
    pub(crate) locked: bool,
}

/// The pop-up of one notification, which `waits` for somebody or not. Its data never shows.
pub(crate) fn single(entry: &Entry, waits: bool, wording: Wording) -> Toast {
    let take = waits.then_some(ToastAction::Take);
    let toast = Toast {
        id: entry.id.as_str().to_owned(),
        title: words::prefixed(entry.kind, &one_line(&entry.title), wording.language),
        body: with_origin(&excerpt(&entry.message), entry.channel.as_deref(), Some(&entry.sender)),
        urgency: Urgency::of(entry.kind),
        channel: entry.channel.clone(),
        sender: entry.sender.clone(),
        replaces: None,
        actions: take.into_iter().chain([ToastAction::Open, ToastAction::Remind]).collect(),
    };
    if !wording.locked {
        return toast;
    }
    let channel = marked(entry.channel.as_deref());
    hidden(Toast { title: words::locked(channel.as_deref(), wording.language), ..toast })
}

/// The pop-up that stands for `count` notifications of one channel, the first of which has the title `first`.
pub(crate) fn burst(count: u32, first: &str, newest: &Entry, urgency: Urgency, wording: Wording) -> Toast {
    let channel = marked(newest.channel.as_deref());
    let title = words::burst(count, channel.as_deref(), wording.language);
    several(title, first, newest, urgency, wording)
}

/// The pop-up that stands for what came after an outage.
pub(crate) fn missed(count: u32, newest: &Entry, urgency: Urgency, wording: Wording) -> Toast {
    let title = words::missed(count, wording.language);
    Toast { channel: None, ..several(title, &newest.title, newest, urgency, wording) }
}

/// The pop-up that stands for what goes on ringing. A click opens what has waited longest.
pub(crate) fn waiting(
    count: u32,
    oldest: &Entry,
    newest: &Entry,
    urgency: Urgency,
    wording: Wording,
) -> Toast {
    let title = words::waiting(count, wording.language);
    let toast = several(title, &oldest.title, newest, urgency, wording);
    Toast { id: oldest.id.as_str().to_owned(), channel: None, ..toast }
}

/// The pop-up that shows whether pop-ups work.
pub(crate) fn sample(language: Language) -> Toast {
    let (title, body) = words::sample(language);
    Toast {
        id: String::new(),
        title: title.to_owned(),
        body: body.to_owned(),
        urgency: Urgency::Normal,
        channel: None,
        sender: String::new(),
        replaces: None,
        actions: vec![ToastAction::Open],
    }
}

fn several(title: String, first: &str, newest: &Entry, urgency: Urgency, wording: Wording) -> Toast {
    let span = references::span(first, &newest.title);
    let body = match span {
        Some((first, last)) => words::from_to(first, last, wording.language),
        None => one_line(&newest.title),
    };
    let toast = Toast {
        id: newest.id.as_str().to_owned(),
        title,
        body,
        urgency,
        channel: newest.channel.clone(),
        sender: String::new(),
        replaces: None,
        actions: vec![ToastAction::Open],
    };
    if wording.locked { hidden(toast) } else { toast }
}

/// Only the title is left, and nothing that a stranger could press.
fn hidden(toast: Toast) -> Toast {
    Toast { body: String::new(), sender: String::new(), actions: Vec::new(), ..toast }
}

fn marked(channel: Option<&str>) -> Option<String> {
    channel.map(|channel| format!("#{}", one_line(channel)))
}

fn with_origin(message: &str, channel: Option<&str>, sender: Option<&str>) -> String {
    let channel = marked(channel);
    let sender = sender.map(one_line).filter(|sender| !sender.is_empty());
    let origin: Vec<_> = channel.into_iter().chain(sender).collect();
    let lines = [message, &origin.join(", ")];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The first two lines that say something, at most 140 characters, cut at a word.
fn excerpt(message: &str) -> String {
    // A bare carriage return ends a line too: some till systems send nothing else.
    let mut lines = message.split(['\n', '\r']).map(one_line).filter(|line| !line.is_empty());
    let kept: Vec<_> = lines.by_ref().take(BODY_LINES).collect();
    let more = lines.next().is_some();
    let text = kept.join("\n");
    let Some((end, _)) = text.char_indices().nth(BODY_LIMIT) else {
        return if more { format!("{text}…") } else { text };
    };
    // The character after the limit may end a word exactly.
    let limit = end + text[end..].chars().next().map_or(0, char::len_utf8);
    let cut = text[..limit].rfind(char::is_whitespace).filter(|cut| *cut > 0).unwrap_or(end);
    format!("{}…", text[..cut].trim_end())
}

#[cfg(test)]
#[path = "toast_tests.rs"]
mod tests;
