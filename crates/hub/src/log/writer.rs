//! The thread that owns the writing connection, and the queue to it.

use std::thread;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use crate::log::reader::Reader;
use crate::log::store::Store;
use crate::log::{Cursor, OpenFile, Outcome, Request, schema};
use crate::{HubError, Retention, clock};

/// Requests that may wait for the disk before those who ask have to wait themselves.
const QUEUE: usize = 4_096;
/// Requests committed together at most. While one group is flushed the next one gathers, so grouping
/// adds no delay of its own.
const GROUP: usize = 64;

/// The way to the log. Requests are done in the order in which they are sent here.
#[derive(Debug)]
pub(crate) struct Log<T>(mpsc::Sender<Request<T>>);

// Derived, it would ask T to be Clone.
impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The hub is stopping: nothing more is written.
#[derive(Debug)]
pub(crate) struct Closed;

impl<T> Log<T> {
    /// Queues a request; waits while the disk is behind.
    pub(crate) async fn send(&self, request: Request<T>) -> Result<(), Closed> {
        self.0.send(request).await.map_err(|_| Closed)
    }

    /// Has everything queued written, and the file closed. Others may still hold a way to the log; it leads
    /// nowhere then.
    pub(crate) async fn close(&self) {
        let _ = self.0.send(Request::Close).await;
    }

    /// Lets go, after what is queued, what need not be kept any longer, unless that would have to wait; it is
    /// asked for again.
    pub(crate) fn prune(&self) {
        let _ = self.0.try_send(Request::Prune);
    }

    /// Queues received-marks unless they would have to wait; then they are given back.
    pub(crate) fn advance(&self, cursors: Vec<Cursor>) -> Result<(), Vec<Cursor>> {
        match self.0.try_reserve() {
            Ok(place) => {
                place.send(Request::Advance(cursors));
                Ok(())
            }
            Err(_) => Err(cursors),
        }
    }
}

/// An open log.
pub(crate) struct OpenLog<T> {
    pub(crate) log: Log<T>,
    /// What became of the requests, in order. Ends when the last [`Log`] is gone and all is written.
    pub(crate) outcomes: mpsc::Receiver<Outcome<T>>,
    pub(crate) reader: Reader,
    pub(crate) epoch: String,
    /// Resolves once the file is closed.
    pub(crate) closed: oneshot::Receiver<()>,
}

/// Opens the database and starts its threads.
pub(crate) fn open<T: Send + 'static>(file: OpenFile, retention: Retention) -> Result<OpenLog<T>, HubError> {
    let db = schema::open(&file.path)?;
    let epoch = schema::epoch(&db)?;
    let reader = Reader::open(&file, epoch.clone())?;
    let mut store = Store::new(db, epoch.clone(), retention)?;
    let (requests, mut queue) = mpsc::channel::<Request<T>>(QUEUE);
    let (outcomes, receiver) = mpsc::channel(QUEUE);
    let (done, closed) = oneshot::channel();
    let write = move || {
        let started = Instant::now();
        let mut pruning = false;
        store.look(clock::look(started));
        store.note_time();
        loop {
            let first = if pruning { queue.try_recv().ok() } else { queue.blocking_recv() };
            match first {
                Some(first) => {
                    store.look(clock::look(started));
                    if work(&mut store, &mut queue, first, &outcomes) {
                        store.note_time();
                        pruning = true;
                    }
                }
                None if !pruning => break,
                None => {}
            }
            // Between groups, a slice at a time: nobody waits for all of it.
            pruning = pruning && !queue.is_closed() && store.prune();
        }
        store.close();
        // The folder stays claimed until the last byte is written.
        drop(file);
        let _ = done.send(());
    };
    thread::Builder::new()
        .name("hub-log".into())
        .spawn(write)
        .map_err(|error| HubError::NotWritable { path: "the system".into(), reason: error.to_string() })?;
    Ok(OpenLog { log: Log(requests), outcomes: receiver, reader, epoch, closed })
}

/// Does a group of requests, and hands on what became of them. Says whether old ones are to be let go.
fn work<T>(
    store: &mut Store,
    queue: &mut mpsc::Receiver<Request<T>>,
    first: Request<T>,
    outcomes: &mpsc::Sender<Outcome<T>>,
) -> bool {
    let mut group = vec![first];
    while group.len() < GROUP
        && let Ok(next) = queue.try_recv()
    {
        group.push(next);
    }
    if group.iter().any(|request| matches!(request, Request::Close)) {
        queue.close();
    }
    let prune = group.iter().any(|request| matches!(request, Request::Prune));
    for outcome in store.commit(group, clock::now_micros()) {
        // Nobody listens while the hub stops; what is queued is written all the same.
        if outcomes.blocking_send(outcome).is_err() {
            break;
        }
    }
    prune
}
