//! A small hub that can be made to misbehave, and a network that can be cut.
#![allow(dead_code, unused_imports, reason = "each test program uses a part of it")]

pub(crate) mod between;
pub(crate) mod hub;
mod network;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chapfood_client::{Deliveries, Delivery, LinkState, Pacing, Session, SessionConfig};
use chapfood_protocol::{Auth, NotificationType, SendRequest};
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{Data, SocketRef};
use socketioxide::handler::ConnectHandler;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) use network::Network;

/// No test waits longer than this for anything: a failure is a failure, not a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A time on the wire.
pub(crate) const NOW: &str = "2026-06-07T10:00:00.000Z";

/// How a hub behaves.
#[derive(Clone, Copy)]
pub(crate) struct Manners {
    /// Refuse every connection with these words.
    pub(crate) refuse: Option<&'static str>,
    /// Send `connection-confirmed`.
    pub(crate) confirm: bool,
    /// Give the sender's `client_id` back.
    pub(crate) echo: bool,
    /// Answer sends at all.
    pub(crate) answer: bool,
    /// Have the additions: a log in database `e`, and receipts.
    pub(crate) additions: bool,
    /// The ping's interval and its timeout.
    pub(crate) ping: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            refuse: None,
            confirm: true,
            echo: true,
            answer: true,
            additions: false,
            ping: Duration::from_secs(5),
        }
    }
}

/// A hub that behaves as told. It keeps nothing and numbers what it is sent.
pub(crate) struct TestHub {
    pub(crate) address: SocketAddr,
    pub(crate) io: SocketIo,
    /// The auths and events that it saw, in order.
    pub(crate) seen: mpsc::UnboundedReceiver<(String, Value)>,
    server: JoinHandle<()>,
}

impl TestHub {
    pub(crate) async fn start(manners: Manners) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), manners).await
    }

    pub(crate) async fn start_at(address: SocketAddr, manners: Manners) -> Self {
        let (see, seen) = mpsc::unbounded_channel();
        let (layer, io) = SocketIo::builder()
            .ping_interval(manners.ping)
            .ping_timeout(manners.ping)
            .max_buffer_size(8_192)
            // For so long the library keeps whom it has refused or who said nothing; 45 s would look like a leak.
            .connect_timeout(Duration::from_millis(500))
            .build_layer();
        let next_id = Arc::new(AtomicU64::new(1));
        let welcome = move |socket: SocketRef, Data::<Value>(auth)| {
            let (see, next_id) = (see.clone(), Arc::clone(&next_id));
            async move {
                if let Some(words) = manners.refuse {
                    return Err(words);
                }
                let _ = see.send(("auth".into(), auth));
                answer_events(&socket, manners, &see, &next_id);
                Ok(())
            }
        };
        let connected = move |socket: SocketRef| async move {
            if manners.confirm {
                let mut confirmed = json!({ "socketId": socket.id, "serverTime": NOW });
                if manners.additions {
                    confirmed["protocol"] = json!(2);
                    confirmed["epoch"] = json!("e");
                }
                let _ = socket.emit("connection-confirmed", &confirmed);
            }
        };
        io.ns("/", connected.with(welcome));
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("it listens");
        let app = axum::Router::new().layer(layer);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { address, io, seen, server }
    }

    pub(crate) async fn saw(&mut self, event: &str) -> Value {
        loop {
            let seen = timeout(PATIENCE, self.seen.recv()).await.expect("the hub sees it in time");
            let (name, payload) = seen.expect("the hub is alive");
            if name == event {
                return payload;
            }
        }
    }

    /// Sends notification number `n` to everybody in `channel`.
    pub(crate) async fn notify(&self, channel: &str, n: usize) {
        let notification = json!({
            "id": format!("n_{n:010}.000000"), "type": "info", "title": "t", "message": "m", "data": null,
            "sender": "Alice", "channel": channel, "timestamp": NOW,
        });
        let room = self.io.to(channel.to_owned());
        room.emit("notification-received", &notification).await.expect("every buffer has room");
    }

    pub(crate) async fn stop(self) {
        self.server.abort();
        let _ = self.server.await;
        self.io.close().await;
    }
}

fn answer_events(
    socket: &SocketRef,
    manners: Manners,
    see: &mpsc::UnboundedSender<(String, Value)>,
    next_id: &Arc<AtomicU64>,
) {
    let saw = see.clone();
    socket.on("join-channel", async move |socket: SocketRef, Data::<Value>(channel)| {
        socket.join(channel.as_str().unwrap_or_default().to_owned());
        let joined = json!({ "channel": channel, "message": "", "clientCount": 1, "timestamp": NOW });
        let _ = socket.emit("channel-joined", &joined);
        let _ = saw.send(("join-channel".into(), channel));
    });
    let saw = see.clone();
    socket.on("received", async move |socket: SocketRef, Data::<Value>(receipt)| {
        let refused = json!({ "errors": ["Vous n'êtes pas dans « bar »"], "event": "received" });
        let _ = socket.emit("error-message", &refused);
        let _ = saw.send(("received".into(), receipt));
    });
    let saw = see.clone();
    socket.on("leave-channel", async move |socket: SocketRef, Data::<Value>(channel)| {
        socket.leave(channel.as_str().unwrap_or_default().to_owned());
        let _ = socket.emit("channel-left", &json!({ "channel": channel, "timestamp": NOW }));
        let _ = saw.send(("leave-channel".into(), channel));
    });
    let saw = see.clone();
    socket.on("set-presence", async move |socket: SocketRef, Data::<Value>(state)| {
        if state["ring_muted"] == true {
            let codes = ["rate_limited"];
            let error =
                json!({ "errors": ["?"], "codes": codes, "event": "set-presence", "retry_after_ms": 20 });
            let _ = socket.emit("error-message", &error);
        }
        let _ = saw.send(("set-presence".into(), state));
    });
    socket.on("get-stats", async |socket: SocketRef| {
        let stats = json!({ "connectedClients": 1, "activeChannels": 0, "uptime": 0.5, "timestamp": NOW });
        let _ = socket.emit("server-stats", &stats);
    });
    socket.on("get-channels", async |socket: SocketRef| {
        let _ = socket.emit("channels-list", &[[json!({ "name": "42", "clientCount": 1 })]]);
    });
    for (asked, answer) in
        [("take-notification", "notification-taken"), ("release-notification", "notification-released")]
    {
        let saw = see.clone();
        socket.on(asked, async move |socket: SocketRef, Data::<Value>(claim)| {
            if claim["id"] == "n_gone" {
                let codes = ["unknown_notification"];
                let error = json!({ "errors": ["?"], "codes": codes, "event": asked, "id": claim["id"] });
                let _ = socket.emit("error-message", &error);
            } else {
                let by = json!({ "user_id": null, "username": "Alice", "device_name": "Bar" });
                let changed = json!({ "id": claim["id"], "channel": "devops", "by": by, "at": NOW, "seq": 7,
                    "epoch": "e", "replayed": false });
                let _ = socket.emit(answer, &changed);
            }
            let _ = saw.send((asked.into(), claim));
        });
    }
    let (saw, next_id) = (see.clone(), Arc::clone(next_id));
    socket.on("send-notification", async move |socket: SocketRef, Data::<Value>(sent)| {
        let client_id = if manners.echo { sent["client_id"].clone() } else { Value::Null };
        let refused = sent["title"] == "";
        let _ = saw.send(("send-notification".into(), sent));
        if refused {
            let errors = ["Le champ 'title' est obligatoire"];
            let _ = socket.emit("error-message", &json!({ "errors": errors, "client_id": client_id }));
        } else if manners.answer {
            let id = next_id.fetch_add(1, Ordering::Relaxed);
            let answer =
                json!({ "notificationId": id.to_string(), "timestamp": NOW, "client_id": client_id });
            let _ = socket.emit("notification-sent", &answer);
        }
    });
}

/// A pace at which a test does not wait.
pub(crate) fn quick() -> Pacing {
    Pacing {
        first_delay: Duration::from_millis(50),
        max_delay: Duration::from_millis(100),
        connect_deadline: Duration::from_millis(2_000),
        confirmation_grace: Duration::from_millis(100),
        answer_deadline: Duration::from_millis(500),
        ..Pacing::default()
    }
}

pub(crate) fn config(address: SocketAddr, channels: &[&str]) -> SessionConfig {
    SessionConfig {
        address: format!("http://{address}"),
        pin: None,
        auth: Auth { username: Some("Alice".into()), ..Auth::default() },
        channels: channels.iter().map(|&channel| channel.into()).collect(),
        cursors: None,
        pacing: quick(),
    }
}

pub(crate) fn request(title: &str) -> SendRequest {
    SendRequest {
        key: None,
        ttl: None,
        channel: Some("devops".into()),
        kind: NotificationType::Info,
        title: title.into(),
        message: "m".into(),
        data: None,
        client_id: None,
    }
}

/// Waits until the link stands as wanted.
pub(crate) async fn until(session: &Session, wanted: impl Fn(&LinkState) -> bool) -> LinkState {
    let mut link = session.link();
    let state = timeout(PATIENCE, link.wait_for(wanted)).await;
    state
        .unwrap_or_else(|_| panic!("it is {:?}", session.link().borrow()))
        .expect("the session lives")
        .clone()
}

pub(crate) async fn connected(session: &Session) {
    until(session, |link| matches!(link, LinkState::Connected { .. })).await;
}

/// Reads until `pick` has found what it looks for.
pub(crate) async fn find<T>(deliveries: &mut Deliveries, pick: impl Fn(Delivery) -> Option<T>) -> T {
    loop {
        let batch = timeout(PATIENCE, deliveries.next()).await.expect("something comes in time");
        if let Some(found) = batch.expect("the session lives").into_iter().find_map(&pick) {
            return found;
        }
    }
}
