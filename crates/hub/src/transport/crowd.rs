//! How many connections there may be, and who has to go when there is no room. Pure.
//!
//! A connection is unknown until somebody is let in over it. Strangers can hold no place that a known client, or a
//! newcomer who turns out to be one, needs: of too many unknown connections one goes that comes from where most of
//! them come from. So one computer that connects without end only ever takes places from itself.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::neighbourhood::neighbourhood;

/// How many connections a hub takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In all from the network, and as many from this computer. A client has one, for a moment two.
    pub connections: usize,
    /// From one address, or one IPv6 network (/64), which is what one household has.
    pub per_address: usize,
    /// Over which nobody was let in yet.
    pub unknown: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { connections: 2_000, per_address: 200, unknown: 100 }
    }
}

#[derive(Debug)]
struct Guest {
    from: IpAddr,
    /// Those around it count as one, see [`neighbourhood`].
    around: IpAddr,
    /// It came by the door for this computer: it is always known, and takes no place from those of the network.
    at_home: bool,
    known: bool,
}

/// Everybody who is connected, by the number of their connection. Later ones have greater numbers.
#[derive(Debug)]
pub(super) struct Crowd {
    room: Room,
    guests: BTreeMap<u64, Guest>,
    next: u64,
}

/// What becomes of a newcomer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It has this place, and whoever had the other one must go.
    In { place: u64, out: Option<u64> },
    /// Everybody is known: there is no room.
    Full,
}

impl Crowd {
    pub(super) fn new(room: Room) -> Self {
        Self { room, guests: BTreeMap::new(), next: 0 }
    }

    /// Somebody connects; `at_home` by the door for this computer.
    pub(super) fn enter(&mut self, from: IpAddr, at_home: bool) -> Entry {
        let from = from.to_canonical();
        let guest = Guest { from, around: neighbourhood(from), at_home, known: at_home };
        let Room { connections, per_address, unknown } = self.room;
        let count =
            |among: &dyn Fn(&Guest) -> bool| self.guests.values().filter(|guest| among(guest)).count();
        let full = count(&|other| other.at_home == at_home) >= connections;
        // Programs of this computer all have the same address.
        let crowded = !from.is_loopback() && count(&|other| other.around == guest.around) >= per_address;
        let out = if at_home {
            None
        } else if crowded {
            self.crowding_stranger(&guest, |other| other.around == guest.around)
        } else if full || count(&|other| !other.known) >= unknown {
            self.crowding_stranger(&guest, |_| true)
        } else {
            None
        };
        if out.is_none() && (crowded || full) {
            return Entry::Full;
        }
        if let Some(out) = out {
            self.guests.remove(&out);
        }
        let place = self.next;
        self.next += 1;
        self.guests.insert(place, guest);
        Entry::In { place, out }
    }

    /// Of the strangers around whom there are most, from the address that has most of them, the one that waits longest.
    /// The newcomer counts among them.
    fn crowding_stranger(&self, newcomer: &Guest, among: impl Fn(&Guest) -> bool) -> Option<u64> {
        let (mut around, mut at) = (HashMap::<_, u32>::new(), HashMap::<_, u32>::new());
        for stranger in self.guests.values().chain([newcomer]).filter(|guest| !guest.known) {
            *around.entry(stranger.around).or_default() += 1;
            *at.entry(stranger.from).or_default() += 1;
        }
        let crowd = |guest: &Guest| (around.get(&guest.around).copied(), at.get(&guest.from).copied());
        let strangers = self.guests.iter().filter(|(_, guest)| !guest.known && among(guest));
        // Of equals the last one is taken: in reverse, that is the oldest.
        strangers.rev().max_by_key(|(_, guest)| crowd(guest)).map(|(place, _)| *place)
    }

    /// Somebody is let in over this connection, or not any more.
    pub(super) fn know(&mut self, place: u64, known: bool) {
        if let Some(guest) = self.guests.get_mut(&place) {
            guest.known = known || guest.at_home;
        }
    }

    pub(super) fn knows(&self, place: u64) -> bool {
        self.guests.get(&place).is_some_and(|guest| guest.known)
    }

    pub(super) fn leave(&mut self, place: u64) {
        self.guests.remove(&place);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn small() -> Crowd {
        Crowd::new(Room { connections: 4, per_address: 3, unknown: 2 })
    }

    #[test]
    fn of_too_many_strangers_the_one_who_waits_longest_goes() {
        let mut crowd = small();
        assert_eq!(crowd.enter(ip("10.0.0.1"), false), Entry::In { place: 0, out: None });
        assert_eq!(crowd.enter(ip("10.0.0.2"), false), Entry::In { place: 1, out: None });
        assert_eq!(crowd.enter(ip("10.0.0.3"), false), Entry::In { place: 2, out: Some(0) });
        crowd.know(1, true);
        assert_eq!(
            crowd.enter(ip("10.0.0.4"), false),
            Entry::In { place: 3, out: None },
            "one is no stranger now"
        );
    }

    #[test]
    fn one_computer_that_connects_without_end_takes_no_newcomers_place() {
        for [flood, newcomer] in [["10.0.0.66", "10.0.0.1"], ["2001:db8::66", "2001:db8::1"]] {
            let mut crowd = Crowd::new(Room { connections: 100, per_address: 80, unknown: 10 });
            for _ in 0..20 {
                crowd.enter(ip(flood), false);
            }
            let Entry::In { place, out: Some(_) } = crowd.enter(ip(newcomer), false) else {
                panic!("a stranger makes room")
            };
            for _ in 0..1_000 {
                let Entry::In { out, .. } = crowd.enter(ip(flood), false) else {
                    panic!("its own makes room")
                };
                assert_ne!(out, Some(place), "{newcomer} has time to say who it is");
            }
        }
    }

    #[test]
    fn nobody_who_is_known_ever_goes_for_a_newcomer() {
        let mut crowd = small();
        for n in 1..=4 {
            let Entry::In { place, out: None } = crowd.enter(ip(&format!("10.0.0.{n}")), false) else {
                panic!("there is room")
            };
            crowd.know(place, true);
        }
        assert_eq!(crowd.enter(ip("10.0.0.9"), false), Entry::Full);
        crowd.leave(2);
        assert!(matches!(crowd.enter(ip("10.0.0.9"), false), Entry::In { out: None, .. }));
    }

    #[test]
    fn one_address_takes_no_more_than_its_share_and_ipv6_neighbours_are_one() {
        let mut crowd = small();
        for host in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
            let Entry::In { place, .. } = crowd.enter(ip(host), false) else { panic!("there is room") };
            crowd.know(place, true);
        }
        assert_eq!(crowd.enter(ip("2001:db8::4"), false), Entry::Full);
        assert!(matches!(crowd.enter(ip("2001:db8:0:1::4"), false), Entry::In { .. }), "another household");
    }

    #[test]
    fn programs_of_this_computer_share_an_address_and_not_its_share() {
        let mut crowd = small();
        for _ in 0..4 {
            assert!(matches!(crowd.enter(ip("127.0.0.1"), true), Entry::In { out: None, .. }));
        }
        assert_eq!(crowd.enter(ip("127.0.0.1"), true), Entry::Full);
    }

    #[test]
    fn the_network_takes_no_place_from_this_computer_nor_the_other_way_round() {
        let mut crowd = small();
        for n in 1..=4 {
            let Entry::In { place, .. } = crowd.enter(ip(&format!("10.0.0.{n}")), false) else {
                panic!("there is room")
            };
            crowd.know(place, true);
        }
        assert!(matches!(crowd.enter(ip("127.0.0.1"), true), Entry::In { out: None, .. }));
        crowd.leave(0);
        assert!(matches!(crowd.enter(ip("10.0.0.9"), false), Entry::In { out: None, .. }));
    }

    proptest! {
        #[test]
        fn whatever_comes_and_goes_the_bounds_hold(
            steps in prop::collection::vec((0_u8..6, 0_u8..6), 1..200),
        ) {
            let mut crowd = small();
            for (step, who) in steps {
                let from = ip(&format!("10.0.0.{who}"));
                let known: Vec<_> = crowd.guests.iter().filter(|(_, g)| g.known).map(|(p, _)| *p).collect();
                let strangers = crowd.guests.values().filter(|guest| !guest.known).count();
                match step {
                    0 | 1 => {
                        let before: Vec<_> = crowd.guests.iter().map(|(place, g)| (*place, g.from, g.known)).collect();
                        if let Entry::In { out: Some(out), .. } = crowd.enter(from, false) {
                            let from_there = |there: IpAddr| {
                                let others = before.iter().filter(|(_, from, known)| !known && *from == there);
                                others.count() + usize::from(there == from)
                            };
                            let (_, goes, _) = before.iter().find(|(place, ..)| *place == out).expect("a guest");
                            let crowds = before.iter().filter(|(.., known)| !known)
                                .all(|(_, there, _)| from_there(*there) <= from_there(*goes));
                            // Where one address has its share of all, it is one of its own that goes.
                            prop_assert!(crowds || *goes == from, "one of few had to go");
                        }
                        prop_assert!(known.iter().all(|place| crowd.knows(*place)), "a known one had to go");
                        let now = crowd.guests.values().filter(|guest| !guest.known).count();
                        prop_assert!(now <= strangers.max(2));
                    }
                    2 => { crowd.enter(ip("127.0.0.1"), true); }
                    3 => crowd.know(u64::from(who), true),
                    4 => crowd.know(u64::from(who), false),
                    _ => crowd.leave(u64::from(who)),
                }
                prop_assert!(crowd.guests.values().filter(|guest| guest.at_home).count() <= 4);
                prop_assert!(crowd.guests.values().filter(|guest| !guest.at_home).count() <= 4);
                prop_assert!(crowd.guests.values().filter(|guest| guest.from == from).count() <= 3);
            }
        }
    }
}
