//! Where other computers can reach this one.

use std::net::{IpAddr, SocketAddr};

/// Networks that only exist inside this computer, by how their interfaces are called.
const INNER: [&str; 9] = ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "cni", "podman"];

/// The addresses of a door that listens there, the best first. A door on every address is where the interfaces are;
/// these change when the computer changes its network, so they are looked up each time.
pub(crate) fn reachable_at(door: SocketAddr) -> Vec<SocketAddr> {
    if !door.ip().is_unspecified() {
        return vec![door];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the addresses of this computer could not be looked up");
        Vec::new()
    });
    let found: Vec<_> = interfaces.into_iter().map(|one| (one.name.clone(), one.ip())).collect();
    let ipv6 = door.is_ipv6();
    choose(&found).into_iter().filter(|ip| ipv6 || ip.is_ipv4()).map(|ip| (ip, door.port()).into()).collect()
}

/// Those of the interfaces' addresses that others may reach: IPv4 first, since every network in a shop has it. One
/// inside this computer counts only if there is no other.
fn choose(interfaces: &[(String, IpAddr)]) -> Vec<IpAddr> {
    let inner = |name: &str| INNER.iter().any(|beginning| name.starts_with(beginning));
    let usable = |ip: &IpAddr| match ip {
        // An address that a computer gave itself for want of a network leads nowhere.
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_unspecified() && !ip.is_link_local(),
        // A link-local one says nothing without the interface, which is another one on each computer.
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unspecified() && !ip.is_unicast_link_local(),
    };
    let of = |wanted: bool| {
        let those = interfaces.iter().filter(|(name, ip)| inner(name) == wanted && usable(ip));
        let mut ips: Vec<_> = those.map(|(_, ip)| *ip).collect();
        ips.sort_by_key(IpAddr::is_ipv6);
        ips.dedup();
        ips
    };
    let outer = of(false);
    if outer.is_empty() { of(true) } else { outer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(interfaces: &[(&str, &str)]) -> Vec<String> {
        let read = |(name, ip): &(&str, &str)| ((*name).to_owned(), ip.parse().expect("an address"));
        choose(&interfaces.iter().map(read).collect::<Vec<_>>()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ipv4_comes_first_and_what_leads_nowhere_is_left_out() {
        let found = chosen(&[
            ("lo", "127.0.0.1"),
            ("lo", "::1"),
            ("wlan0", "fd00::5"),
            ("wlan0", "fe80::1"),
            ("wlan0", "192.168.1.5"),
            ("eth0", "169.254.3.4"),
            ("docker0", "172.17.0.1"),
            ("br-3f2a", "172.18.0.1"),
        ]);
        assert_eq!(found, ["192.168.1.5", "fd00::5"]);
    }

    #[test]
    fn a_computer_that_has_only_inner_networks_is_reached_there() {
        assert_eq!(chosen(&[("lo", "127.0.0.1"), ("veth1", "10.9.0.1")]), ["10.9.0.1"]);
        assert!(chosen(&[("lo", "127.0.0.1")]).is_empty());
    }

    #[test]
    fn a_door_at_one_address_is_reached_there_and_nowhere_else() {
        let door = "192.168.1.5:8002".parse().expect("an address");
        assert_eq!(reachable_at(door), [door]);
    }
}
