use std::convert::Infallible;
use std::path::Path;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chapfood_station::Station;
use chapfood_station::contract::{Command, Fault, FaultCode};
use futures_util::{Stream, stream};
use tower_http::services::ServeDir;

use crate::door;

/// The UI in `ui`, and the station behind it.
pub(crate) fn routes(station: Station, ui: &Path) -> Router {
    Router::new()
        .route("/station/command", post(command))
        .route("/station/events", get(events))
        .fallback_service(ServeDir::new(ui))
        .layer(from_fn(door::guard))
        .with_state(station)
}

async fn command(State(station): State<Station>, command: Result<Json<Command>, JsonRejection>) -> Response {
    let done = match command {
        Ok(Json(command)) => station.handle(command).await,
        Err(rejection) => Err(Fault { code: FaultCode::Unsupported, message: rejection.body_text() }),
    };
    match done {
        Ok(reply) => Json(reply).into_response(),
        Err(fault) => (StatusCode::UNPROCESSABLE_ENTITY, Json(fault)).into_response(),
    }
}

async fn events(State(station): State<Station>) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let told = stream::unfold(station.events(), |mut events| async {
        let event = events.next().await?;
        // Only maps with keys that are no strings cannot be written, and the contract has none.
        let data = serde_json::to_string(&event).ok()?;
        Some((Ok(SseEvent::default().data(data)), events))
    });
    Sse::new(told).keep_alive(KeepAlive::default())
}
