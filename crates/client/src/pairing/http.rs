//! One question and its answer, over a stream that is used for nothing else.

use std::error::Error;
use std::future::pending;

use bytes::Bytes;
use chapfood_pairing::{BODY_LIMIT, Refusal};
use chapfood_protocol::Lang;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT_LANGUAGE, CONNECTION, CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};

use super::PairingFault;

/// What came back.
pub(super) struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    /// What was asked for, or why not.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, PairingFault> {
        if self.status.is_success() {
            return serde_json::from_slice(&self.body).map_err(|_| PairingFault::NotAHub);
        }
        let refused: Refusal = serde_json::from_slice(&self.body).map_err(|_| PairingFault::NotAHub)?;
        Err(PairingFault::of(refused))
    }
}

/// Asks, and waits for the whole answer. Nothing is left behind if that is given up.
pub(super) async fn post(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authority: &str,
    path: &str,
    lang: Lang,
    body: Vec<u8>,
) -> Result<Answer, Box<dyn Error + Send + Sync>> {
    let request = Request::post(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT_LANGUAGE, if lang == Lang::En { "en" } else { "fr" })
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let asked = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await?.to_bytes();
        Ok(Answer { status: head.status, body })
    };
    let carried = async {
        // Its end, good or bad, shows in the answer.
        let _ = connection.await;
        pending::<()>().await;
    };
    tokio::select! {
        answer = asked => answer,
        () = carried => Err("the connection ended".into()),
    }
}
