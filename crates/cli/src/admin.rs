//! A connection to the namespace of a hub's administrators.

use std::time::Duration;

use chapfood_protocol::{Lang, Secret};
use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::failure::Failure;

/// How `rust_socketio` begins the text of a refused CONNECT; the packet's JSON follows.
const REFUSED: &str = "Received an ConnectError frame: ";

/// What comes from the hub.
#[derive(Debug)]
pub(crate) enum News {
    /// We are let in.
    Connected,
    /// We are not, or not any more; in the hub's words, or the system's.
    Ended(String),
    /// An event with its payload.
    Event(String, Value),
}

/// One connection. It is not made again.
pub(crate) struct Admin {
    client: Client,
    news: mpsc::UnboundedReceiver<News>,
}

impl Admin {
    /// Connects within the time limit.
    ///
    /// # Errors
    /// The hub is not there, or lets this token in nowhere near.
    pub(crate) async fn connect(
        hub: &str,
        token: &Secret,
        lang: Lang,
        limit: Duration,
    ) -> Result<Self, Failure> {
        let (tell, mut news) = mpsc::unbounded_channel();
        let (connected, faults, closed, events) = (tell.clone(), tell.clone(), tell.clone(), tell);
        let unreachable = || Failure::Unreachable(hub.to_owned());
        let opening = ClientBuilder::new(hub)
            .namespace("/admin")
            .transport_type(TransportType::Websocket)
            .auth(json!({ "token": token, "lang": lang }))
            .reconnect(false)
            .on(Event::Connect, move |_, _| {
                let _ = connected.send(News::Connected);
                async {}.boxed()
            })
            .on(Event::Close, move |_, _| {
                let _ = closed.send(News::Ended(String::new()));
                async {}.boxed()
            })
            .on(Event::Error, move |payload, _| {
                let _ = faults.send(News::Ended(words(payload)));
                async {}.boxed()
            })
            .on_any(move |event, payload, _| {
                if let (Event::Custom(name), Payload::Text(values)) = (event, payload) {
                    let _ = events.send(News::Event(name, values.into_iter().next().unwrap_or_default()));
                }
                async {}.boxed()
            })
            .connect();
        let let_in = async {
            let client = opening.await.map_err(|_| unreachable())?;
            match news.recv().await {
                Some(News::Connected) => Ok(Self { client, news }),
                Some(News::Ended(words)) => Err(Failure::Refused(words)),
                Some(News::Event(..)) | None => Err(unreachable()),
            }
        };
        timeout(limit, let_in).await.unwrap_or_else(|_| Err(unreachable()))
    }

    /// Asks for something; the answer comes as an event.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) async fn ask(&self, event: &str, payload: Option<Value>) -> Result<(), Failure> {
        let payload = Payload::Text(payload.into_iter().collect());
        self.client.emit(event, payload).await.map_err(|_| Failure::Unconfirmed)
    }

    /// What comes next.
    pub(crate) async fn next(&mut self) -> News {
        self.news.recv().await.unwrap_or_else(|| News::Ended(String::new()))
    }
}

/// The hub's words, if it refused us in them.
fn words(payload: Payload) -> String {
    let text = match payload {
        Payload::Text(values) => match values.into_iter().next() {
            Some(Value::String(text)) => text,
            other => other.unwrap_or_default().to_string(),
        },
        other => format!("{other:?}"),
    };
    let Some(packet) = text.strip_prefix(REFUSED) else { return text };
    let message = serde_json::from_str::<Value>(packet).ok();
    message
        .and_then(|packet| packet["message"].as_str().map(str::to_owned))
        .unwrap_or_else(|| packet.to_owned())
}
