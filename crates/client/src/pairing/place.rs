use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

/// Where a hub's door to the network is if nobody says otherwise.
const DOOR: u16 = 8002;

/// Where to look for a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// A name or an address, an IPv6 one without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Place {
    pub(super) fn of(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }

    /// What a person typed: `caisse.local`, `192.168.1.5:8002`, `https://192.168.1.5:8002/`.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let rest = match typed.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some(_) => return None,
            None => typed,
        };
        // Of a scheme without a usual port, so that a port that was typed is told from none.
        let url = Url::parse(&format!("chapfood://{}", rest.trim_end_matches('/'))).ok()?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path().is_empty()
            && url.query().is_none()
            && url.fragment().is_none();
        let host = match url.host()? {
            Host::Ipv6(ip) => ip.to_string(),
            // Of that scheme an IPv4 address is a name like others.
            Host::Ipv4(ip) => ip.to_string(),
            Host::Domain(name) => name.to_owned(),
        };
        let port = url.port().unwrap_or(DOOR);
        (bare && is_host(&host) && port != 0).then_some(Self { host, port })
    }

    /// The same place as a hub lets itself be called. Names that somebody else could point at it it refuses, and a
    /// computer's bare name, as people type it, is one of them; then the address that the name led to stands for it.
    pub(super) fn reached_at(self, address: SocketAddr) -> Self {
        let is_local = self.host.to_ascii_lowercase().trim_end_matches('.').ends_with(".local");
        // Such an address leads somewhere only together with an interface of this computer.
        let is_beside = matches!(address.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local());
        if is_local || is_beside { self } else { Self::of(address) }
    }

    /// As it stands in the header `Host`.
    pub(super) fn authority(&self) -> String {
        match self.host.parse() {
            Ok(IpAddr::V6(ip)) => format!("[{ip}]:{}", self.port),
            _ => format!("{}:{}", self.host, self.port),
        }
    }

    /// For [`SessionConfig::address`](crate::SessionConfig::address).
    pub(super) fn address(&self) -> String {
        format!("https://{}", self.authority())
    }
}

/// Whether a network may know somebody by it.
fn is_host(host: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    !host.is_empty() && !host.contains('%') && host.chars().all(of_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_people_type_it() {
        let cases = [
            ("192.168.1.5:8002", "https://192.168.1.5:8002"),
            (" https://192.168.1.5:9000/ ", "https://192.168.1.5:9000"),
            ("192.168.1.5", "https://192.168.1.5:8002"),
            ("caisse.local", "https://caisse.local:8002"),
            ("HTTPS://caisse_1:443", "https://caisse_1:443"),
            ("[fd00::5]:8002", "https://[fd00::5]:8002"),
            ("[fd00::5]", "https://[fd00::5]:8002"),
        ];
        for (typed, address) in cases {
            assert_eq!(Place::parse(typed).map(|place| place.address()).as_deref(), Some(address), "{typed}");
        }
    }

    #[test]
    fn what_names_no_hub_is_no_place() {
        for typed in [
            "",
            "https://",
            "http://192.168.1.5:8001",
            "ftp://caisse",
            "caisse:0",
            "caisse:70000",
            "alice:secret@caisse",
            "caisse/pair",
            "caisse?x",
            "caisse#x",
            "la caisse",
        ] {
            assert_eq!(Place::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_name_that_no_hub_answers_to_is_replaced_by_the_address_that_it_led_to() {
        let reached = |typed: &str, address: &str| {
            let place = Place::parse(typed).expect("a place");
            place.reached_at(address.parse().expect("an address")).address()
        };
        assert_eq!(reached("caisse", "192.168.1.5:8002"), "https://192.168.1.5:8002");
        assert_eq!(reached("hub.example.org:9000", "[fd00::5]:9000"), "https://[fd00::5]:9000");
        assert_eq!(reached("Caisse.local", "192.168.1.5:8002"), "https://Caisse.local:8002", "it may move");
        assert_eq!(reached("192.168.1.5", "192.168.1.5:8002"), "https://192.168.1.5:8002");
        assert_eq!(reached("caisse", "[fe80::1]:8002"), "https://caisse:8002", "it would lead nowhere");
    }

    #[test]
    fn an_address_of_a_link_is_a_place() {
        let place = Place::of("[fd00::5]:8002".parse().expect("an address"));
        assert_eq!((place.host.as_str(), place.authority().as_str()), ("fd00::5", "[fd00::5]:8002"));
    }
}
