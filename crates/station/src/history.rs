//! The inbox on a thread of its own: its calls block, and it has one owner.

use std::path::PathBuf;
use std::sync::mpsc;

use chapfood_inbox::{Audience, Details, Entry, Inbox, InboxError};
use chapfood_protocol::{BROADCAST, NotificationId, Timestamp};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::contract::{
    CatchUp, Day, Detail, Fault, FaultCode, Filter, Gap, Outline, Row, Settings, Taken, Waiting,
};
use crate::todo::todo;

/// Characters of a message in a [`Row`].
const ROW_MESSAGE: usize = 300;
/// The most rows in one page.
const PAGE_LIMIT: u32 = 500;
/// The most cards on the wall.
const WALL_LIMIT: u32 = 200;
/// What was lately taken, on the wall.
const LATELY_TAKEN: u32 = 5;

type Task = Box<dyn FnOnce(&mut Inbox) + Send>;

/// A handle on the history. The thread ends with the last handle, after what was asked of it.
#[derive(Debug, Clone)]
pub(crate) struct History {
    tasks: mpsc::Sender<Task>,
}

impl History {
    /// Opens the file and starts the thread.
    pub(crate) async fn open(path: PathBuf) -> Result<Self, HistoryFault> {
        let (tasks, todo) = mpsc::channel::<Task>();
        let (opened, outcome) = oneshot::channel();
        std::thread::Builder::new()
            .name("chapfood-inbox".into())
            .spawn(move || {
                let mut inbox = match Inbox::open(&path) {
                    Ok(inbox) => inbox,
                    Err(error) => return drop(opened.send(Err(error))),
                };
                if opened.send(Ok(())).is_ok() {
                    todo.into_iter().for_each(|task| task(&mut inbox));
                }
            })
            .map_err(HistoryFault::NoThread)?;
        outcome.await.map_err(|_| HistoryFault::Ended)??;
        Ok(Self { tasks })
    }

    /// Runs `task` after everything asked before it.
    pub(crate) async fn run<T, F>(&self, task: F) -> Result<T, HistoryFault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Inbox) -> Result<T, InboxError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        // Nobody waits any more if the window that asked is gone.
        let task: Task = Box::new(move |inbox| drop(reply.send(task(inbox))));
        self.tasks.send(task).map_err(|_| HistoryFault::Ended)?;
        Ok(answer.await.map_err(|_| HistoryFault::Ended)??)
    }

    pub(crate) async fn page(
        &self,
        filter: chapfood_inbox::Filter,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Row>, Fault> {
        let rows = self.run(move |inbox| inbox.page(&filter, offset, limit.min(PAGE_LIMIT))).await?;
        Ok(rows.into_iter().map(row).collect())
    }

    pub(crate) async fn outline(&self, filter: chapfood_inbox::Filter) -> Result<Outline, Fault> {
        let chapfood_inbox::Outline { days, capped } = self.run(move |inbox| inbox.outline(&filter)).await?;
        let total = days.iter().map(|day| day.count).sum();
        let days = days.into_iter().map(|day| Day { date: day.date, count: day.count }).collect();
        Ok(Outline { days, total, capped })
    }

    pub(crate) async fn locate(
        &self,
        filter: chapfood_inbox::Filter,
        id: String,
    ) -> Result<Option<u32>, Fault> {
        let id = NotificationId::new(id);
        Ok(self.run(move |inbox| inbox.locate(&filter, &id)).await?)
    }

    pub(crate) async fn detail(&self, id: String) -> Result<Detail, Fault> {
        let wanted = NotificationId::new(id);
        match self.run(move |inbox| inbox.details(&wanted)).await? {
            Some(details) => Ok(detail(details)),
            None => Err(Fault::new(FaultCode::UnknownNotification, "no notification has this id")),
        }
    }

    pub(crate) async fn waiting(&self, filter: chapfood_inbox::Filter, limit: u32) -> Result<Waiting, Fault> {
        let limit = limit.min(WALL_LIMIT);
        let waiting = self.run(move |inbox| inbox.waiting(&filter, limit, LATELY_TAKEN)).await?;
        Ok(Waiting {
            cards: waiting.cards.into_iter().map(detail).collect(),
            total: waiting.total,
            taken: waiting.taken.into_iter().map(row).collect(),
        })
    }
}

/// Why the history did not answer.
#[derive(Debug, thiserror::Error)]
pub enum HistoryFault {
    /// The inbox's own fault.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// The system gave no thread.
    #[error("no thread for the history: {0}")]
    NoThread(std::io::Error),
    /// The thread is gone.
    #[error("the history has been closed")]
    Ended,
}

impl From<HistoryFault> for Fault {
    fn from(fault: HistoryFault) -> Self {
        Self::new(FaultCode::Storage, fault)
    }
}

/// The inbox's gap as the UI takes it.
pub(crate) fn gap(gap: chapfood_inbox::Gap) -> Gap {
    let name = |channel: String| if channel == BROADCAST { String::new() } else { channel };
    Gap { channels: gap.channels.into_iter().map(name).collect(), since: gap.since.as_millis() }
}

/// The inbox's sum of what was missed as the UI takes it.
pub(crate) fn catch_up(catch_up: &chapfood_inbox::CatchUp) -> CatchUp {
    CatchUp {
        count: catch_up.count,
        from: catch_up.from.as_millis(),
        to: catch_up.to.as_millis(),
        newest: catch_up.newest.as_str().to_owned(),
    }
}

/// The UI's filter as the inbox takes it at `now`.
pub(crate) fn asked(filter: &Filter, settings: &Settings, now: Timestamp) -> chapfood_inbox::Filter {
    let audience = filter.channel.as_ref().map(|name| match name.as_str() {
        "" => Audience::Broadcast,
        name => Audience::Channel(name.to_owned()),
    });
    chapfood_inbox::Filter {
        unread: filter.unread,
        caught_up: filter.caught_up,
        todo: filter.todo.then(|| todo(settings, now)),
        search: filter.search.clone().unwrap_or_default(),
        kind: filter.kind,
        audience,
        up_to_row: filter.up_to_row,
    }
}

/// A line of the history as the UI takes it, its message cut.
pub(crate) fn row(entry: Entry) -> Row {
    let mut row = whole(entry);
    if let Some((end, _)) = row.message.char_indices().nth(ROW_MESSAGE) {
        row.message.truncate(end);
    }
    row
}

pub(crate) fn detail(details: Details) -> Detail {
    let received_at = details.received_at.as_millis();
    Detail { row: whole(details.entry), data: details.data.map(Value::Object), received_at }
}

fn whole(entry: Entry) -> Row {
    Row {
        row: entry.row,
        id: entry.id.as_str().to_owned(),
        kind: entry.kind,
        title: entry.title,
        message: entry.message,
        sender: entry.sender,
        channel: entry.channel,
        at: entry.at.as_millis(),
        read: entry.read,
        caught_up: entry.caught_up,
        expired: entry.expired,
        remind_at: entry.remind_at.map(Timestamp::as_millis),
        reminded: entry.reminded,
        taken: entry.taken.map(|taken| Taken {
            by: taken.by,
            device: taken.device,
            at: taken.at.as_millis(),
            mine: taken.mine,
            queued: taken.local,
        }),
    }
}
