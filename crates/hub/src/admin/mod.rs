//! The namespace `/admin`: what the owner sees of the hub, live, and the offer to pair a station. It has a door of its
//! own: only a token with the role `admin` opens it, also on the hub's own computer.

mod events;

use std::time::Duration;

use chapfood_protocol::{Auth, ErrorMessage, Forbidden, Lang, Problem, Role, event};
use serde_json::Value;
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::operators::BroadcastOperators;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::overview::{Lookout, Overview};
use crate::reception::Reception;

/// Where administrators connect.
const NAMESPACE: &str = "/admin";
/// Pushed to everybody there when something changed, and the answer to `get-overview`.
const OVERVIEW: &str = "overview";
/// So far apart are pushes at least. It is also how soon a withdrawn token ends here.
const PUSH: Duration = Duration::from_secs(1);

/// Who came in, in the socket's extensions.
#[derive(Debug, Clone, Copy)]
struct Admin {
    /// The number of its token.
    token: i64,
    lang: Lang,
}

/// Lets administrators in, and tells them what changes until `stop`.
pub(crate) fn welcome_admins(
    io: &SocketIo,
    reception: &Reception,
    lookout: &Lookout,
    stop: &CancellationToken,
) {
    let (doors, handlers) = (reception.clone(), lookout.clone());
    let middleware = move |socket: SocketRef, TryData(auth): TryData<Value>| {
        let (reception, lookout) = (doors.clone(), handlers.clone());
        let mut auth = Auth::from_value(&auth.unwrap_or_default());
        async move {
            let lang = auth.lang;
            let admitted = admit(&reception, &socket, &mut auth).await;
            let token = admitted.map_err(|problem| problem.as_connect_error(lang))?;
            socket.extensions.insert(Admin { token, lang });
            events::listen(&socket, &lookout);
            socket.on_disconnect(async move |socket: SocketRef| reception.forget(socket.id));
            Ok::<_, String>(())
        }
    };
    let connected = |_: SocketRef| std::future::ready(());
    io.ns(NAMESPACE, ConnectHandler::with(connected, middleware));
    tokio::spawn(push(io.clone(), lookout.clone(), stop.clone()));
}

/// The number of the token, if its role is that of an administrator.
async fn admit(reception: &Reception, socket: &SocketRef, auth: &mut Auth) -> Result<i64, Problem> {
    let access = reception.let_in(socket, auth).await?;
    let problem = match access.token {
        Some(token) if access.grant.roles.contains(&Role::Admin) => return Ok(token),
        Some(_) => Problem::NotAllowed(Forbidden::Administer),
        // On this computer nobody needs one, except here.
        None => Problem::TokenRequired,
    };
    // Whoever may come in elsewhere has not come in here.
    reception.forget(socket.id);
    Err(problem)
}

/// Tells everybody there what changed, at most once a second, and shows out whose token was withdrawn.
async fn push(io: SocketIo, lookout: Lookout, stop: CancellationToken) {
    let mut turn = interval(PUSH);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before: Option<Overview> = None;
    while stop.run_until_cancelled(turn.tick()).await.is_some() {
        let admins = io.of(NAMESPACE).map(BroadcastOperators::sockets).unwrap_or_default();
        if admins.is_empty() {
            before = None;
            continue;
        }
        let overview = match lookout.overview().await {
            Ok(Some(overview)) => overview,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "administrators cannot be told how the hub is; tried again soon");
                continue;
            }
        };
        let changed = before.as_ref().is_none_or(|before| !same(before, &overview));
        for socket in admins {
            if is_withdrawn(&socket, &overview) {
                show_out(&socket);
            } else if changed {
                // Whoever has no room for it gets a newer one.
                let _ = socket.emit(OVERVIEW, &overview);
            }
        }
        before = Some(overview);
    }
}

fn same(before: &Overview, now: &Overview) -> bool {
    Overview { at: now.at, ..before.clone() } == *now
}

fn is_withdrawn(socket: &SocketRef, overview: &Overview) -> bool {
    let token = socket.extensions.get::<Admin>().map(|admin| admin.token);
    !overview.tokens.iter().any(|known| Some(known.id) == token && known.revoked.is_none())
}

fn show_out(socket: &SocketRef) {
    let lang = socket.extensions.get::<Admin>().map_or(Lang::Fr, |admin| admin.lang);
    let words = ErrorMessage { event: None, ..ErrorMessage::new("", &[Problem::TokenRevoked], lang) };
    let _ = socket.emit(event::ERROR_MESSAGE, &words);
    let _ = socket.clone().disconnect();
}
