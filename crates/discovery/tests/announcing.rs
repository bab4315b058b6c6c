//! Hubs that announce themselves and stations that look for them, with real packets.
#![cfg(target_os = "linux")]

mod support;

use chapfood_discovery::{Announcement, HubId, MAX_HUBS, Search};
use mdns_sd::{ServiceDaemon, ServiceInfo};
use support::{inside_own_network, ip, plug_in, until};

fn id(digit: char) -> HubId {
    HubId::parse(&digit.to_string().repeat(16)).expect("an id")
}

#[tokio::test]
async fn a_hub_is_found_and_is_gone_once_it_says_goodbye() {
    if !inside_own_network("a_hub_is_found_and_is_gone_once_it_says_goodbye") {
        return;
    }
    plug_in("10.77.0.1/24");
    let search = Search::start().expect("it starts");
    let hub = Announcement::start("Chez M. Paul", 8002, &id('a')).expect("it starts");
    let found = until(&search, "the hub is found", |list| !list.is_empty()).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "Chez M. Paul");
    assert_eq!(found[0].id, id('a'));
    assert_eq!(found[0].addresses, ["https://10.77.0.1:8002"], "not the link-local one of the card");

    // Whoever comes later asks, and is answered.
    let later = Search::start().expect("it starts");
    until(&later, "the hub answers whoever asks", |list| list.len() == 1).await;

    hub.stop().await;
    until(&search, "it has said goodbye", Vec::is_empty).await;
    until(&later, "to everybody", Vec::is_empty).await;

    let hub = Announcement::start("Chez M. Paul", 8002, &id('a')).expect("it starts");
    until(&search, "it is back", |list| list.len() == 1).await;
    drop(hub);
    until(&search, "one that is dropped says goodbye as well", Vec::is_empty).await;
}

#[tokio::test]
async fn a_hub_whose_computer_gets_another_address_is_found_there() {
    if !inside_own_network("a_hub_whose_computer_gets_another_address_is_found_there") {
        return;
    }
    plug_in("10.77.0.1/24");
    let search = Search::start().expect("it starts");
    let _hub = Announcement::start("Marais", 8002, &id('a')).expect("it starts");
    until(&search, "the hub is found", |list| list.len() == 1).await;
    ip("address del 10.77.0.1/24 dev lan0");
    ip("address add 10.77.0.99/24 dev lan0");
    let moved = |addresses: &[String]| addresses == ["https://10.77.0.99:8002"];
    until(&search, "it is listed at the new address only", |list| {
        list.first().is_some_and(|hub| moved(&hub.addresses))
    })
    .await;
}

#[tokio::test]
async fn two_hubs_of_one_name_are_told_apart_and_a_network_may_come_later() {
    if !inside_own_network("two_hubs_of_one_name_are_told_apart_and_a_network_may_come_later") {
        return;
    }
    let search = Search::start().expect("no network is no error");
    let _one = Announcement::start("ChapFood", 8002, &id('a')).expect("no network is no error");
    plug_in("10.77.0.1/24");
    until(&search, "the hub is found once there is a network", |list| list.len() == 1).await;
    let _other = Announcement::start("ChapFood", 9002, &id('b')).expect("it starts");
    let found = until(&search, "the second one is found", |list| list.len() == 2).await;
    assert_eq!(found[0].name, "ChapFood");
    assert_eq!(found[0].id, id('a'));
    assert_eq!(found[1].name, "ChapFood (2)", "{found:?}");
    assert_eq!(found[1].id, id('b'));
    assert_eq!(found[1].addresses, ["https://10.77.0.1:9002"]);
}

#[tokio::test]
async fn a_hub_on_one_address_is_announced_there_only() {
    if !inside_own_network("a_hub_on_one_address_is_announced_there_only") {
        return;
    }
    plug_in("10.77.0.1/24");
    ip("address add 10.88.0.1/24 dev lan0");
    let search = Search::start().expect("it starts");
    let only = "10.88.0.1".parse().expect("an address");
    let _hub = Announcement::start_on("Marais", &[only], 8002, &id('a')).expect("it starts");
    let found = until(&search, "the hub is found", |list| list.len() == 1).await;
    assert_eq!(found[0].addresses, ["https://10.88.0.1:8002"]);
}

#[tokio::test]
async fn a_network_of_ipv6_only_is_enough() {
    if !inside_own_network("a_network_of_ipv6_only_is_enough") {
        return;
    }
    plug_in("fd00:77::1/64 nodad");
    let search = Search::start().expect("it starts");
    let _hub = Announcement::start("Marais", 8002, &id('a')).expect("it starts");
    let found = until(&search, "the hub is found", |list| list.len() == 1).await;
    assert_eq!(found[0].addresses, ["https://[fd00:77::1]:8002"], "not the link-local one of the card");
}

/// Somebody who announces whatever they like.
struct Liar(ServiceDaemon);

impl Liar {
    fn announces(&self, name: &str, properties: &[(&str, &str)]) {
        let service = "_chapfood._tcp.local.";
        let mut lie =
            ServiceInfo::new(service, name, "liar.local.", "10.77.0.9", 8002, properties).expect("a lie");
        lie.set_requires_probe(false);
        self.0.register(lie).expect("it is announced");
    }
}

#[tokio::test]
async fn what_liars_announce_is_bounded_and_hides_nobody_who_is_looked_for() {
    if !inside_own_network("what_liars_announce_is_bounded_and_hides_nobody_who_is_looked_for") {
        return;
    }
    plug_in("10.77.0.1/24");
    ip("address add 10.77.0.9/24 dev lan0");
    let search = Search::start().expect("it starts");
    let liar = Liar(ServiceDaemon::new().expect("it starts"));
    let digits = "0123456789abcdef";
    liar.announces("tomorrow", &[("v", "2"), ("id", digits)]);
    liar.announces("nobody", &[("v", "1")]);
    liar.announces("no number", &[("v", "1"), ("id", "0123456789abcdeg")]);
    liar.announces("Ma\u{202e}rais\u{7}", &[("v", "1"), ("id", digits), ("token", "trust me")]);
    let found = until(&search, "what can be read is listed", |list| !list.is_empty()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].name, "Marais", "and cannot pass for something else");

    for number in 0..MAX_HUBS + 20 {
        liar.announces(&format!("Crowd {number}"), &[("v", "1"), ("id", digits)]);
    }
    until(&search, "a crowd is listed as far as there is room", |list| list.len() == MAX_HUBS).await;
    let ours = Search::for_hub(id('a')).expect("it starts");
    let _hub = Announcement::start("Marais", 8002, &id('a')).expect("it starts");
    let found = until(&ours, "the hub that is looked for is found", |list| !list.is_empty()).await;
    assert_eq!(found.len(), 1, "and nobody else: {found:?}");
    assert_eq!(found[0].id, id('a'));
    assert_eq!(search.hubs().borrow().len(), MAX_HUBS, "there is no room for it in the list of all");
}
