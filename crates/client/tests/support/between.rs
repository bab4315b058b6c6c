//! Others on the network who speak TLS too: somebody between station and hub, and somebody who only says to be a hub.

use std::net::SocketAddr;
use std::sync::Arc;

use chapfood_client::HubPin;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Somebody at an address of their own, with a certificate of their own.
pub(crate) struct Stranger {
    pub(crate) address: SocketAddr,
    pub(crate) pin: HubPin,
    task: JoinHandle<()>,
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stranger {
    /// Takes what is said to them to the hub and back, and reads it, from their connection number `from` on, counted
    /// from 0. Those before are handed on untouched.
    pub(crate) async fn between(door: SocketAddr, hub: &HubPin, from: usize) -> Self {
        let (acceptor, pin) = own_certificate();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(hub.certificate().to_vec())).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let task = tokio::spawn(async move {
            for number in 0_usize.. {
                let Ok((mut near, _)) = listener.accept().await else { return };
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(door).await else { return };
                    if number < from {
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                        return;
                    }
                    let name = ServerName::try_from("chapfood-hub").expect("a name");
                    let Ok(mut near) = acceptor.accept(near).await else { return };
                    let mut far = connector.connect(name, far).await.expect("the hub speaks TLS");
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self { address, pin, task }
    }

    /// Answers as told, with a status and a text.
    pub(crate) async fn answering(
        answer: impl Fn(&str, &Value) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let (acceptor, pin) = own_certificate();
        let answer = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = service_fn(move |request: Request<Incoming>| {
                        let answer = Arc::clone(&answer);
                        async move {
                            let path = request.uri().path().to_owned();
                            let body = request.into_body().collect().await?.to_bytes();
                            let asked = serde_json::from_slice(&body).expect("JSON");
                            let (status, text) = answer(&path, &asked);
                            let response = Response::builder().status(status);
                            Ok::<_, hyper::Error>(
                                response.body(Full::new(Bytes::from(text))).expect("a response"),
                            )
                        }
                    });
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, pin, task }
    }
}

fn own_certificate() -> (TlsAcceptor, HubPin) {
    let made = rcgen::generate_simple_self_signed(["chapfood-hub".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let pin = HubPin::of(certificate.to_vec()).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("key and certificate belong together");
    (TlsAcceptor::from(Arc::new(config)), pin)
}
