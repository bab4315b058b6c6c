//! Who may talk to the hub at all, decided before any request is looked at further.
//!
//! A Socket.IO server accepts every Origin and Host by itself; then each web page opened on a staff
//! computer could read and send orders, directly or by DNS rebinding.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Who can reach a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Programs of this computer. They need no token.
    ThisComputer,
    /// Whoever is on the network, and all of them get in: for stations that have no token to show.
    Anybody,
    /// Whoever is on the network. Nobody gets in without a token.
    Network,
}

impl Reach {
    /// Who can reach an address at which no token is asked for.
    pub(crate) fn of(listen: SocketAddr) -> Self {
        if listen.ip().to_canonical().is_loopback() { Self::ThisComputer } else { Self::Anybody }
    }
}

/// The rule of one door. Pure.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    reach: Reach,
    /// Web pages from there may come in, apart from this computer's own.
    origins: Arc<[String]>,
}

impl Door {
    pub(crate) fn new(reach: Reach, origins: &[String]) -> Self {
        Self { reach, origins: origins.into() }
    }

    /// Whether only programs of this computer come in here.
    pub(crate) fn is_at_home(&self) -> bool {
        self.reach == Reach::ThisComputer
    }

    /// Whether nobody gets in here without a token.
    pub(crate) fn asks_for_token(&self) -> bool {
        self.reach == Reach::Network
    }

    /// Whether a request with this `Host` may come in. A name that a web page's owner can point at this
    /// computer is none of ours.
    pub(crate) fn admits_host(&self, host: Option<&str>) -> bool {
        let Some(name) = host.map(host_name) else { return false };
        let network = self.reach != Reach::ThisComputer;
        match address(name) {
            Some(ip) => network || ip.to_canonical().is_loopback(),
            None => is_localhost(name) || (network && name.to_ascii_lowercase().ends_with(".local")),
        }
    }

    /// Whether a page from this `Origin` may talk to the hub. Programs send none, and then only a token counts, where
    /// one is asked for. On the network a page is let in only if the owner named its origin.
    pub(crate) fn admits_origin(&self, origin: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        if !matches!(scheme, "http" | "https") || authority.contains('@') {
            return false;
        }
        if self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let name = host_name(authority);
        self.reach == Reach::ThisComputer
            && (is_localhost(name) || address(name).is_some_and(|ip| ip.to_canonical().is_loopback()))
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

    fn door(listen: &str, origins: &[&str]) -> Door {
        let origins: Vec<_> = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let reach = match Reach::of(listen.parse().expect("an address")) {
            Reach::Anybody => Reach::Network,
            reach => reach,
        };
        Door::new(reach, &origins)
    }

    #[test]
    fn a_door_that_is_open_to_the_network_asks_for_nothing_and_refuses_strangers_pages_all_the_same() {
        let door = Door::new(Reach::of("0.0.0.0:8001".parse().expect("an address")), &[]);
        assert!(!door.asks_for_token() && door.admits_host(Some("192.168.1.5:8001")));
        assert!(!door.admits_host(Some("rebound.evil.example")), "a name that somebody else can point here");
        assert!(!door.admits_origin(Some("http://192.168.1.9")), "a page that the owner did not name");
    }

    #[test]
    fn only_names_of_this_computer_reach_a_loopback_door() {
        let door = door("127.0.0.1:8001", &[]);
        assert!(!door.asks_for_token());
        for host in ["localhost:8001", "127.0.0.1:8001", "[::1]:8001", "LOCALHOST", "127.1.2.3"] {
            assert!(door.admits_host(Some(host)), "{host} is this computer");
        }
        for host in [
            "evil.example:8001",
            "192.168.1.5:8001",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "hub.local",
            "[fe80::1]:8001",
            "0.0.0.0:8001",
            "",
        ] {
            assert!(!door.admits_host(Some(host)), "{host} is a name that somebody else can point here");
        }
        assert!(!door.admits_host(None), "every HTTP/1.1 request has a host");
    }

    #[test]
    fn a_door_on_the_network_is_reached_by_address_and_never_by_a_strangers_name() {
        for listen in ["0.0.0.0:8002", "[::]:8002", "192.168.1.5:8002"] {
            let door = door(listen, &[]);
            assert!(door.asks_for_token(), "{listen} is the network");
            for host in ["192.168.1.5:8002", "[fe80::1]:8002", "caisse.local:8002", "localhost:8002"] {
                assert!(door.admits_host(Some(host)), "{host}");
            }
            assert!(!door.admits_host(Some("rebound.evil.example:8002")));
        }
    }

    #[test]
    fn both_loopback_addresses_are_this_computer() {
        for listen in ["127.0.0.1:8001", "[::1]:8001", "[::ffff:127.0.0.1]:8001"] {
            assert!(!door(listen, &[]).asks_for_token(), "{listen}");
        }
    }

    #[test]
    fn a_web_page_from_elsewhere_is_refused_and_a_program_is_not() {
        let door = door("127.0.0.1:8001", &[]);
        assert!(door.admits_origin(None), "programs send no Origin");
        assert!(door.admits_origin(Some("http://localhost:3000")), "a page under development here");
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "file://",
            "chrome-extension://x",
            "http://localhost:1@evil.example",
            "",
        ] {
            assert!(!door.admits_origin(Some(origin)), "{origin} is a stranger");
        }
    }

    #[test]
    fn on_the_network_a_web_page_comes_in_only_if_the_owner_named_it() {
        let door = door("0.0.0.0:8002", &["https://orders.example"]);
        assert!(door.admits_origin(Some("https://orders.example")));
        assert!(door.admits_origin(None));
        for origin in [
            "null",
            "http://localhost:3000",
            "http://192.168.1.5:8002",
            "http://orders.example",
            "https://orders.example:8443",
            "https://orders.example.evil.example",
        ] {
            assert!(!door.admits_origin(Some(origin)), "{origin} was not named");
        }
    }
}
