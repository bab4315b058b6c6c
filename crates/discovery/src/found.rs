use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use crate::{HubId, VERSION, name};

/// The longest name of a hub that is shown, in characters.
pub const MAX_NAME: usize = 100;

/// How many addresses of one hub are kept: a computer has a cable, a radio, and both families of each.
pub const MAX_ADDRESSES: usize = 8;

/// A hub that somebody on the network announces. None of it is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHub {
    /// What it calls itself: at most [`MAX_NAME`] characters, one line, nothing that turns the direction of writing.
    pub name: String,
    /// What it is known by. Two may claim the same.
    pub id: HubId,
    /// Where it may be reached, e.g. `https://192.168.1.20:8002`: at least one, at most [`MAX_ADDRESSES`], IPv4 first.
    ///
    /// Link-local IPv6 addresses are left out: they mean nothing without the name of a network card, which an `https`
    /// address cannot carry.
    pub addresses: Vec<String>,
}

impl FoundHub {
    /// What an announcement says, if it can be understood; nothing of it is trusted to be short, true or decent.
    ///
    /// `full_name` is the instance and its service; `txt` its properties, of which the first of each key counts.
    pub fn read<'a>(
        full_name: &str,
        port: u16,
        addresses: impl IntoIterator<Item = IpAddr>,
        txt: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Option<Self> {
        let (mut version, mut id) = (None, None);
        for (key, value) in txt {
            if key.eq_ignore_ascii_case("v") {
                version.get_or_insert(value);
            } else if key.eq_ignore_ascii_case("id") {
                id.get_or_insert(value);
            }
        }
        if version? != VERSION.as_bytes() || port == 0 {
            return None;
        }
        let id = HubId::parse(std::str::from_utf8(id?).ok()?)?;
        let name = name::heard(full_name, MAX_NAME)?;
        // The smallest of a set, not the first of a list: the order in which they come is chance.
        let usable: BTreeSet<IpAddr> =
            addresses.into_iter().map(|ip| ip.to_canonical()).filter(usable).collect();
        let addresses: Vec<String> = usable
            .into_iter()
            .take(MAX_ADDRESSES)
            .map(|ip| format!("https://{}", SocketAddr::new(ip, port)))
            .collect();
        (!addresses.is_empty()).then_some(Self { name, id, addresses })
    }

    /// The order of a list: by name as people read it, then by id.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let key = |hub: &Self| (hub.name.to_lowercase(), hub.name.clone(), hub.id.clone());
        key(self).cmp(&key(other)).then_with(|| self.addresses.cmp(&other.addresses))
    }
}

/// Whether another computer could be there. This computer's own loopback would be whatever listens here.
fn usable(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;
    use url::Url;

    use super::*;

    const ID: &[u8] = b"0123456789abcdef";
    const MARAIS: &str = "Marais._chapfood._tcp.local.";

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn read(addresses: &[&str], txt: &[(&str, &[u8])]) -> Option<FoundHub> {
        FoundHub::read(MARAIS, 8002, addresses.iter().map(|text| ip(text)), txt.iter().copied())
    }

    #[test]
    fn an_announcement_is_read_with_ipv4_first_and_without_what_cannot_be_reached() {
        let addresses =
            ["fd00::2", "fe80::1", "192.168.1.20", "127.0.0.1", "::1", "10.0.0.1", "0.0.0.0", "ff02::fb"];
        let hub = read(&addresses, &[("v", b"1"), ("id", ID)]).expect("it is a hub");
        assert_eq!(hub.name, "Marais");
        assert_eq!(hub.id.as_str(), "0123456789abcdef");
        let expected = ["https://10.0.0.1:8002", "https://192.168.1.20:8002", "https://[fd00::2]:8002"];
        assert_eq!(hub.addresses, expected);
    }

    #[test]
    fn what_is_not_understood_is_not_listed() {
        let here = ["192.168.1.20"];
        assert!(read(&here, &[("v", b"1"), ("id", ID)]).is_some());
        assert_eq!(read(&here, &[("v", b"2"), ("id", ID)]), None, "a version of tomorrow");
        assert_eq!(read(&here, &[("id", ID)]), None, "no version");
        assert_eq!(read(&here, &[("v", b"2"), ("v", b"1"), ("id", ID)]), None, "the first of a key counts");
        assert_eq!(read(&here, &[("v", b"1")]), None, "no id");
        assert_eq!(read(&here, &[("v", b"1"), ("id", b"0123456789abcdeg")]), None, "no hex digit");
        assert_eq!(read(&here, &[("v", b"1"), ("id", b"\xff\xfe")]), None, "no text");
        assert_eq!(read(&["fe80::1"], &[("v", b"1"), ("id", ID)]), None, "nowhere to be reached");
        assert_eq!(
            FoundHub::read(MARAIS, 0, [ip("10.0.0.1")], [("v", &b"1"[..]), ("id", ID)]),
            None,
            "no port"
        );
    }

    fn any_ip() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
            any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits))),
            any::<u16>().prop_map(|bits| IpAddr::V4(Ipv4Addr::new(192, 168, (bits >> 8) as u8, bits as u8))),
        ]
    }

    fn any_txt() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
        let key = prop_oneof!["v", "id", "V", "ID", any::<String>()];
        let value = prop_oneof![
            Just(b"1".to_vec()),
            "[0-9a-fA-F]{16}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..255),
        ];
        let sound = "[0-9a-fA-F]{16}"
            .prop_map(|id| vec![("v".to_owned(), b"1".to_vec()), ("id".to_owned(), id.into_bytes())]);
        prop_oneof![sound, proptest::collection::vec((key, value), 0..6)]
    }

    proptest! {
        #[test]
        fn whatever_is_announced_a_hub_that_is_listed_is_bounded_and_can_be_shown(
            name in any::<String>(),
            foreign in any::<bool>(),
            port in any::<u16>(),
            addresses in proptest::collection::vec(any_ip(), 0..40),
            txt in any_txt(),
        ) {
            let full_name = if foreign { name } else { format!("{name}.{}", crate::SERVICE) };
            let txt = txt.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
            let Some(hub) = FoundHub::read(&full_name, port, addresses, txt) else { return Ok(()) };
            prop_assert!(!hub.name.is_empty() && hub.name.chars().count() <= MAX_NAME);
            let turns = |c: char| "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}".contains(c)
                || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
            let obeyed = hub.name.chars().find(|c| c.is_control() || turns(*c));
            prop_assert_eq!(obeyed, None, "in the name of {:?}", &hub);
            prop_assert_eq!(HubId::parse(hub.id.as_str()), Some(hub.id.clone()));
            prop_assert!((1..=MAX_ADDRESSES).contains(&hub.addresses.len()));
            for address in &hub.addresses {
                let url = Url::parse(address).expect("an address that can be connected to");
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_))));
                prop_assert_eq!(url.port_or_known_default(), Some(port));
            }
            let is_v6 = |address: &String| address.contains('[');
            prop_assert!(hub.addresses.is_sorted_by_key(is_v6), "IPv4 first");
        }
    }
}
