//! TLS with hubs for which no authority vouches: they are known by their own certificate alone.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use crate::HubPin;

/// What a hub's certificate is made out to. It says nothing of where the hub is, and nobody goes by it.
const NAME: &str = "chapfood-hub";

/// Trusts this certificate and no other, whatever name or address it is shown at.
///
/// # Errors
/// This computer's TLS does not work.
pub(crate) fn trusting_only(pin: &HubPin) -> native_tls::Result<native_tls::TlsConnector> {
    native_tls::TlsConnector::builder()
        .disable_built_in_roots(true)
        .add_root_certificate(native_tls::Certificate::from_der(pin.certificate())?)
        // The certificate itself is compared, which is more than its name.
        .danger_accept_invalid_hostnames(true)
        // A name that is only known in the shop may be none that TLS can carry.
        .use_sni(false)
        .min_protocol_version(Some(native_tls::Protocol::Tlsv12))
        .build()
}

/// Opens a connection to whoever is at `host` and `port`, and tells by which certificate they are known. Nobody is
/// trusted by that: what is said on the stream depends on the pin.
///
/// # Errors
/// Nobody is there, or they do not speak TLS.
pub(crate) async fn contact(host: &str, port: u16) -> io::Result<(TlsStream<TcpStream>, HubPin)> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // As in `trusting_only`.
    config.enable_sni = false;
    let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
    let stream = TcpStream::connect((host, port)).await?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let shown = shown.ok_or_else(|| io::Error::other("no certificate was shown"))?;
    let pin = HubPin::of(shown.to_vec()).map_err(io::Error::other)?;
    Ok((stream, pin))
}

/// The certificate that is shown at an `https` address. Nobody is trusted by that: it is for being compared with what
/// is known of a hub.
///
/// # Errors
/// Nobody is there, or they do not speak TLS; also if it is no address.
pub async fn certificate_shown_at(address: &str) -> io::Result<HubPin> {
    let url = Url::parse(address).map_err(io::Error::other)?;
    let host = match url.host() {
        Some(Host::Ipv6(ip)) => ip.to_string(),
        Some(host) => host.to_string(),
        None => return Err(io::Error::other("no host")),
    };
    let port = url.port_or_known_default().ok_or_else(|| io::Error::other("no port"))?;
    contact(&host, port).await.map(|(_, pin)| pin)
}

/// Takes any certificate, but only of who has its key: otherwise anybody could show a hub's.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
