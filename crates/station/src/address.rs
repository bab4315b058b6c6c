//! The address of a hub, as a person types it.

use std::net::IpAddr;

use chapfood_protocol::DEFAULT_PORT;
use url::{Host, Url};

/// Reads an address: `http://caisse:8001`, or without the scheme and the port as `192.168.1.20`.
/// Returns it without a trailing slash. `None`: not the address of a hub.
pub(crate) fn parse(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (with_scheme, bare) = match typed.contains("://") {
        true => (typed.to_owned(), false),
        false => (format!("http://{typed}"), true),
    };
    let mut url = Url::parse(&with_scheme).ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https")
        || !plain
        || url.host_str()?.is_empty()
        || url.port() == Some(0)
    {
        return None;
    }
    // Somebody who types no scheme means a hub, not port 80.
    if bare && url.port().is_none() && !typed.trim_end_matches('/').ends_with(":80") {
        url.set_port(Some(DEFAULT_PORT)).ok()?;
    }
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether `address` is this computer's own port `port`.
pub(crate) fn is_local(address: &str, port: u16) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    loopback && url.scheme() == "http" && url.port_or_known_default() == Some(port)
}

/// This computer's own port `port`.
pub(crate) fn local(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_type_it() {
        let cases = [
            ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
            (" http://caisse:8001/ ", "http://caisse:8001"),
            ("192.168.1.20", "http://192.168.1.20:8001"),
            ("caisse:9000", "http://caisse:9000"),
            ("caisse:80", "http://caisse"),
            ("[::1]:8001", "http://[::1]:8001"),
            ("https://hub.example.org", "https://hub.example.org"),
        ];
        for (typed, read) in cases {
            assert_eq!(parse(typed).as_deref(), Some(read), "{typed:?} names a hub");
        }
    }

    #[test]
    fn what_names_no_hub_is_no_address() {
        let cases = [
            "",
            "   ",
            "http://",
            "ftp://caisse:8001",
            "http://caisse:0",
            "http://caisse:70000",
            "http://alice:secret@caisse:8001",
            "http://caisse:8001/socket.io/",
            "http://caisse:8001/?token=x",
            "la caisse",
            "javascript:alert(1)",
        ];
        for typed in cases {
            assert_eq!(parse(typed), None, "{typed:?} must not be saved as an address");
        }
    }

    #[test]
    fn only_this_computers_own_port_is_local() {
        for address in ["http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:8001"] {
            assert!(is_local(address, 8001), "{address} is the hub hosted here");
        }
        for address in ["http://127.0.0.1:8002", "http://192.168.1.20:8001", "https://127.0.0.1:8001"] {
            assert!(!is_local(address, 8001), "{address} is another hub");
        }
    }
}
