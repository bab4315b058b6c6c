//! What a station makes of what somebody announces on the network.
//!
//! The input: the full name up to a zero byte, two bytes of port, then properties `key=value` each before a zero byte,
//! then addresses, four or sixteen bytes by their length byte.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use chapfood_discovery::{FoundHub, HubId, MAX_ADDRESSES, MAX_NAME};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((name, rest)) = text(bytes) else { return };
    let Some((port, mut rest)) = rest.split_first_chunk::<2>() else { return };
    let mut txt = Vec::new();
    while let Some((property, more)) = text(rest) {
        rest = more;
        if property.is_empty() {
            break;
        }
        let (key, value) = property.split_once('=').unwrap_or((property, ""));
        txt.push((key, value.as_bytes()));
    }
    let Some(hub) = FoundHub::read(name, u16::from_be_bytes(*port), addresses(rest), txt) else { return };
    assert!((1..=MAX_NAME).contains(&hub.name.chars().count()));
    assert!(!hub.name.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
    assert_eq!(HubId::parse(hub.id.as_str()).as_ref(), Some(&hub.id));
    assert!((1..=MAX_ADDRESSES).contains(&hub.addresses.len()));
    for address in hub.addresses {
        let address = address.strip_prefix("https://").expect("TLS, and nothing else");
        let address: SocketAddr = address.parse().expect("numbers, and no name to be looked up");
        assert_eq!(address.port(), u16::from_be_bytes(*port));
    }
});

fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

fn addresses(mut bytes: &[u8]) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    loop {
        match bytes.split_first() {
            Some((4, rest)) if rest.len() >= 4 => {
                let (ip, rest) = rest.split_first_chunk::<4>().expect("as measured");
                addresses.push(Ipv4Addr::from(*ip).into());
                bytes = rest;
            }
            Some((16, rest)) if rest.len() >= 16 => {
                let (ip, rest) = rest.split_first_chunk::<16>().expect("as measured");
                addresses.push(Ipv6Addr::from(*ip).into());
                bytes = rest;
            }
            _ => return addresses,
        }
    }
}
