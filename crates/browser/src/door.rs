//! Who may speak to the station: pages that this server itself has served, on this computer.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

/// Refuses a request whose `Host` is another computer's name (a page elsewhere whose name was pointed here),
/// and one from a page of another origin.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    match admitted(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => (StatusCode::FORBIDDEN, why).into_response(),
    }
}

fn admitted(headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    let served = Url::parse(&format!("http://{host}/")).ok().filter(is_loopback);
    let served = served.ok_or("only this computer itself may ask")?;
    match text(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if Url::parse(origin).is_ok_and(|origin| origin.origin() == served.origin()) => Ok(()),
        Some(_) => Err("only this station's own pages may ask"),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn verdict(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        admitted(&headers).is_ok()
    }

    #[test]
    fn this_computers_own_pages_may_ask() {
        for host in ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"] {
            assert!(verdict(host, None), "{host} is this computer");
        }
        assert!(verdict("127.0.0.1:4000", Some("http://127.0.0.1:4000")), "a page that was served here");
    }

    #[test]
    fn a_foreign_name_or_page_may_not() {
        for host in ["evil.example:4000", "192.168.1.20:4000", "127.0.0.1.evil.example", ""] {
            assert!(!verdict(host, None), "{host:?} can be anybody's name for this computer");
        }
        for origin in ["http://evil.example", "http://127.0.0.1:4001", "https://127.0.0.1:4000", "null"] {
            assert!(!verdict("127.0.0.1:4000", Some(origin)), "{origin} is another page");
        }
    }
}
