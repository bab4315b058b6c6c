//! Who may talk to the hub at all, decided before any request is looked at further.
//!
//! A Socket.IO server accepts every Origin and Host by itself; then each web page opened on a staff
//! computer could read and send orders, directly or by DNS rebinding.

use std::net::{IpAddr, SocketAddr};

/// The rule of the door. Pure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    /// Only this computer reaches the hub.
    pub(crate) loopback: bool,
}

impl Door {
    /// The door of a hub that listens on `listen`.
    pub(crate) fn of(listen: SocketAddr) -> Self {
        Self { loopback: listen.ip().is_loopback() }
    }

    /// Whether a request with this `Host` may come in. A name that a web page's owner can point at this
    /// computer is none of ours.
    pub(crate) fn admits_host(self, host: Option<&str>) -> bool {
        let Some(name) = host.map(host_name) else { return false };
        match address(name) {
            Some(ip) => !self.loopback || ip.is_loopback(),
            None => is_localhost(name) || (!self.loopback && name.ends_with(".local")),
        }
    }

    /// Whether a page from this `Origin` may talk to a hub that it knows as `host`. Programs send none.
    pub(crate) fn admits_origin(self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        if !matches!(scheme, "http" | "https") || authority.contains('@') {
            return false;
        }
        let name = host_name(authority);
        let here = is_localhost(name) || address(name).is_some_and(|ip| ip.is_loopback());
        here || host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
    }
}

fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// The name without the port; an IPv6 address keeps its brackets.
fn host_name(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

fn address(name: &str) -> Option<IpAddr> {
    name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_reach_a_loopback_hub() {
        let door = Door { loopback: true };
        for host in ["localhost:8001", "127.0.0.1:8001", "[::1]:8001", "LOCALHOST", "127.1.2.3"] {
            assert!(door.admits_host(Some(host)), "{host} is this computer");
        }
        for host in
            ["evil.example:8001", "192.168.1.5:8001", "localhost.evil.example", "127.0.0.1.evil.example", ""]
        {
            assert!(!door.admits_host(Some(host)), "{host} is a name that somebody else can point here");
        }
        assert!(!door.admits_host(None), "every HTTP/1.1 request has a host");
    }

    #[test]
    fn a_hub_on_the_network_is_reached_by_address_and_never_by_a_strangers_name() {
        let door = Door { loopback: false };
        assert!(door.admits_host(Some("192.168.1.5:8001")) && door.admits_host(Some("caisse.local:8001")));
        assert!(!door.admits_host(Some("rebound.evil.example:8001")));
    }

    #[test]
    fn a_web_page_from_elsewhere_is_refused_and_a_program_is_not() {
        let door = Door { loopback: true };
        let host = Some("localhost:8001");
        assert!(door.admits_origin(None, host), "programs send no Origin");
        assert!(door.admits_origin(Some("http://localhost:3000"), host), "a page under development here");
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "file://",
            "chrome-extension://x",
            "http://localhost:1@evil.example",
        ] {
            assert!(!door.admits_origin(Some(origin), host), "{origin} is a stranger");
        }
    }
}
