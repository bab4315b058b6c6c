//! The link that a hub shows, also as a QR code: where it is, by what certificate it is known, and the code.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use crate::{Code, Fingerprint};

/// What every link begins with. All that says something follows the `#`: programs that hand a link on and write down
/// where to keep that part to themselves.
const START: &str = "chapfood://pair#";
/// The most addresses in a link: a computer has few, and a QR code must stay readable.
const ADDRESSES: usize = 8;

/// What a station needs to be paired without anything being typed. It carries the code, so it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingLink {
    /// Where the hub's TLS door may be reached, the best first: one to eight.
    addresses: Vec<SocketAddr>,
    /// The certificate that it must show before anything of the code is sent.
    fingerprint: Fingerprint,
    code: Code,
}

/// A text is no pairing link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkFault {
    /// It begins otherwise, or has not its three parts.
    #[error("this is not a ChapFood pairing link")]
    NotALink,
    /// No address, too many, or one that no other computer could be reached at.
    #[error("the pairing link names no address of a hub")]
    Address,
    /// The certificate's fingerprint is not 64 hexadecimal digits.
    #[error("the pairing link is damaged: the fingerprint is not whole")]
    Fingerprint,
    /// The code is not six digits.
    #[error("the pairing link is damaged: the code is not whole")]
    Code,
}

impl PairingLink {
    /// A link to a hub at these addresses.
    ///
    /// # Errors
    /// There is no address, more than eight, or one that no other computer could be reached at.
    pub fn new(addresses: Vec<SocketAddr>, fingerprint: Fingerprint, code: Code) -> Result<Self, LinkFault> {
        let good = (1..=ADDRESSES).contains(&addresses.len()) && addresses.iter().all(is_reachable);
        good.then_some(Self { addresses, fingerprint, code }).ok_or(LinkFault::Address)
    }

    /// Reads a link. White space around it, as comes with pasting, is no fault; anything else that
    /// [`Self::text`] would not write is one.
    ///
    /// # Errors
    /// It is not such a link, and why.
    pub fn parse(text: &str) -> Result<Self, LinkFault> {
        let rest = text.trim().strip_prefix(START).ok_or(LinkFault::NotALink)?;
        let [addresses, fingerprint, code] =
            <[&str; 3]>::try_from(rest.split(';').collect::<Vec<_>>()).map_err(|_| LinkFault::NotALink)?;
        let read = addresses.split(',').map(address).collect::<Option<Vec<_>>>().ok_or(LinkFault::Address)?;
        let fingerprint = Fingerprint::parse(fingerprint).map_err(|_| LinkFault::Fingerprint)?;
        let code = Code::parse(code).ok().filter(|read| read.digits() == code).ok_or(LinkFault::Code)?;
        Self::new(read, fingerprint, code)
    }

    /// The link. It is as secret as the code in it: never for a log.
    pub fn text(&self) -> String {
        let addresses: Vec<_> = self.addresses.iter().map(SocketAddr::to_string).collect();
        format!("{START}{};{};{}", addresses.join(","), self.fingerprint, self.code.digits())
    }

    /// Where the hub's TLS door may be reached, the best first: one to eight.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The certificate that the hub must show before anything of the code is sent.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The code.
    pub fn code(&self) -> &Code {
        &self.code
    }
}

impl fmt::Debug for PairingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingLink")
            .field("addresses", &self.addresses)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// One address as it is written: another spelling of the same is none.
fn address(text: &str) -> Option<SocketAddr> {
    let read: SocketAddr = text.parse().ok()?;
    (read.to_string() == text).then_some(read)
}

fn is_reachable(address: &SocketAddr) -> bool {
    let somewhere = match address.ip() {
        IpAddr::V4(ip) => !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast(),
        IpAddr::V6(ip) => !ip.is_unspecified() && !ip.is_multicast(),
    };
    // The number of a network interface means something on one computer only.
    let everywhere = !matches!(address, SocketAddr::V6(v6) if v6.scope_id() != 0);
    somewhere && everywhere && address.port() != 0
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn addresses() -> impl Strategy<Value = SocketAddr> {
        let ip =
            prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)];
        (ip, 1..=u16::MAX).prop_map(SocketAddr::from).prop_filter("reachable", is_reachable)
    }

    fn links() -> impl Strategy<Value = PairingLink> {
        (vec(addresses(), 1..=ADDRESSES), any::<[u8; 32]>(), 0..1_000_000_u32).prop_map(
            |(addresses, chance, code)| {
                let code = Code::parse(&format!("{code:06}")).expect("a code");
                PairingLink::new(addresses, Fingerprint::of(&chance), code).expect("a link")
            },
        )
    }

    proptest! {
        #[test]
        fn a_link_is_read_as_it_was_written(link in links(), pasted in "[ \n\t]{0,2}") {
            prop_assert_eq!(PairingLink::parse(&link.text()), Ok(link.clone()));
            prop_assert_eq!(PairingLink::parse(&format!("{pasted}{}{pasted}", link.text())), Ok(link));
        }

        #[test]
        fn what_is_read_is_written_again_letter_by_letter(link in links(), at in any::<prop::sample::Index>(), by in any::<char>()) {
            let text = link.text();
            let mut changed: Vec<char> = text.chars().collect();
            let at = at.index(changed.len());
            changed[at] = by;
            let changed: String = changed.into_iter().collect();
            if let Ok(read) = PairingLink::parse(&changed) {
                prop_assert_eq!(read.text(), changed.trim());
            }
        }

        #[test]
        fn no_other_text_is_a_link(text in "\\PC{0,200}", rest in "\\PC{0,120}") {
            prop_assert_eq!(PairingLink::parse(&text), Err(LinkFault::NotALink));
            let begun = format!("{START}{rest}");
            prop_assert!(PairingLink::parse(&begun).is_err());
        }

        #[test]
        fn a_link_that_was_cut_short_is_none(link in links(), at in any::<prop::sample::Index>()) {
            let text = link.text();
            prop_assert!(PairingLink::parse(&text[..at.index(text.len())]).is_err());
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        let digits = "a".repeat(64);
        let parse = |rest: &str| PairingLink::parse(&format!("{START}{rest}")).expect_err("no link");
        assert!(
            PairingLink::parse(&format!("{START}192.168.1.5:8002,[fd00::5]:8002;{digits};483920")).is_ok()
        );
        for at in [
            "",
            "shop.local:8002",
            "192.168.1.5",
            "192.168.1.5:0",
            "0.0.0.0:8002",
            "192.168.1.5:8002,",
            "[::]:8002",
            "[fe80::1%3]:8002",
            "[FD00::5]:8002",
            "192.168.1.5:08002",
            "user@192.168.1.5:8002",
        ] {
            assert_eq!(parse(&format!("{at};{digits};483920")), LinkFault::Address, "{at}");
        }
        let nine = ["192.168.1.5:8002"; 9].join(",");
        assert_eq!(parse(&format!("{nine};{digits};483920")), LinkFault::Address);
        assert_eq!(parse(&format!("192.168.1.5:8002;{};483920", &digits[1..])), LinkFault::Fingerprint);
        assert_eq!(parse(&format!("192.168.1.5:8002;{digits};48392")), LinkFault::Code);
        assert_eq!(parse(&format!("192.168.1.5:8002;{digits};483 920")), LinkFault::Code);
        assert_eq!(parse(&format!("192.168.1.5:8002;{digits};483920;")), LinkFault::NotALink);
        assert_eq!(parse(&format!("192.168.1.5:8002;{digits}")), LinkFault::NotALink);
        let elsewhere = format!("https://pair#192.168.1.5:8002;{digits};483920");
        assert_eq!(PairingLink::parse(&elsewhere), Err(LinkFault::NotALink));
    }

    #[test]
    fn a_link_does_not_print_its_code() {
        let text = format!("{START}192.168.1.5:8002;{};483920", "a".repeat(64));
        let link = PairingLink::parse(&text).expect("a link");
        assert!(!format!("{link:?}").contains("483920"));
    }
}
