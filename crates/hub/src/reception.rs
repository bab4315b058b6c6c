//! Letting clients in: who they are, and what is set up for each before it learns that it is connected.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use chapfood_protocol::{Auth, Limits, Problem, Secret};
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::socket::{DisconnectReason, Sid};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::access::{Access, Desk, Failures, Verdict};
use crate::exchange::Asked;
use crate::intake::{Intake, Queued, Visitor, Worklist, intake, work_off};
use crate::log::Log;
use crate::transport::{Connection, Doorkeeper, Visit};

/// Handlers are set in the middleware, which runs before the client learns that it is connected: set
/// later, they lose the first events of a quick client (measured: 18 of 1,500).
pub(crate) fn welcome_sockets(
    io: &SocketIo,
    limits: Limits,
    log: &Log<Asked>,
    reception: &Reception,
    stop: &CancellationToken,
) {
    let (log, stop, reception) = (log.clone(), stop.clone(), reception.clone());
    let middleware = move |socket: SocketRef, TryData(auth): TryData<serde_json::Value>| {
        let reception = reception.clone();
        let mut auth = Auth::from_value(&auth.unwrap_or_default());
        async move {
            let access = reception.let_in(&socket, &mut auth).await;
            let access = access.map_err(|problem| problem.as_connect_error(auth.lang))?;
            let (intake, worklist) = intake(auth.lang);
            socket.extensions.insert(intake);
            socket.extensions.insert(reception.keeper.clone());
            let arrived = (Visitor { auth, access }, worklist);
            socket.extensions.insert(Arrived(Arc::new(Mutex::new(Some(arrived)))));
            if let Some(connection) = socket.req_parts().extensions.get::<Connection>() {
                connection.belongs_to(socket.id);
            }
            socket.on_fallback(|_: Queued| std::future::ready(()));
            socket.on_disconnect(async move |socket: SocketRef, reason: DisconnectReason| {
                reception.keeper.forget(socket.id);
                if let Some(intake) = socket.extensions.remove::<Intake>() {
                    intake.end(reason).await;
                }
            });
            Ok::<_, String>(())
        }
    };
    let connected = move |socket: SocketRef| async move {
        let arrived = socket.extensions.remove::<Arrived>();
        let taken = arrived.and_then(|Arrived(left)| left.lock().ok()?.take());
        if let Some((visitor, worklist)) = taken {
            work_off(worklist, socket, visitor, limits, log, stop).await;
        }
    };
    io.ns("/", socketioxide::handler::ConnectHandler::with(connected, middleware));
}

/// Where newcomers show who they are.
#[derive(Clone)]
pub(crate) struct Reception {
    desk: Desk,
    keeper: Doorkeeper,
    failures: Arc<Mutex<Failures>>,
}

impl Reception {
    /// `deadline` is how long a client may take to be let in.
    pub(crate) fn new(desk: Desk, keeper: Doorkeeper, deadline: Duration) -> Self {
        Self { desk, keeper, failures: Arc::new(Mutex::new(Failures::within(deadline))) }
    }

    /// What a client may do that stands at the door. Whoever shows a token is held to it, also where none is asked
    /// for. The token goes no further than here.
    pub(crate) async fn let_in(&self, socket: &SocketRef, auth: &mut Auth) -> Result<Access, Problem> {
        let request = socket.req_parts();
        let visit = request.extensions.get::<Visit>();
        // A request that came by no door of ours is a stranger's.
        let asks_for_token = visit.is_none_or(|visit| visit.asks_for_token);
        let access = match auth.token.take().or_else(|| bearer(&request.headers)) {
            Some(token) => match self.desk.show(token).await {
                Verdict::Good(access) => access,
                Verdict::Unknown => return Err(self.fail(visit, Problem::TokenInvalid).await),
                Verdict::Revoked => return Err(self.fail(visit, Problem::TokenRevoked).await),
                Verdict::Unchecked => return Err(Problem::TokenUnchecked),
            },
            None if asks_for_token => {
                if let Some(visit) = visit {
                    self.desk.note_refused(visit.from, Problem::TokenRequired.code());
                }
                return Err(Problem::TokenRequired);
            }
            None => Access::of_this_computer(),
        };
        // Each time the log looks up where the device is, and keeps a line for one that it did not know.
        if let Some(allowance) = &access.allowance {
            allowance.join(Instant::now())?;
        }
        if let Some(visit) = visit {
            self.keeper.let_in(socket.id, &visit.place);
        }
        Ok(access)
    }

    /// The session is over.
    pub(crate) fn forget(&self, sid: Sid) {
        self.keeper.forget(sid);
    }

    /// Keeps whoever fails too often waiting for the answer.
    async fn fail(&self, visit: Option<&Visit>, problem: Problem) -> Problem {
        if let Some(from) = visit.map(|visit| visit.from) {
            self.desk.note_refused(from, problem.code());
            let wait =
                self.failures.lock().unwrap_or_else(PoisonError::into_inner).failed(from, Instant::now());
            if wait.longest_begins {
                tracing::warn!(%from, "somebody there keeps showing tokens that are none");
                self.desk.note_slowed(from);
            }
            tokio::time::sleep(wait.delay).await;
        }
        problem
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}

/// What the middleware leaves for the connect handler. The lock is only there because extensions ask for
/// something that can be cloned; it is taken once.
#[derive(Clone)]
struct Arrived(Arc<Mutex<Option<(Visitor, Worklist)>>>);
