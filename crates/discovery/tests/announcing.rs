//! Hubs that announce themselves and stations that look for them, with real packets.
#![cfg(target_os = "linux")]

mod support;

use chapfood_discovery::{Announcement, HubId, Search};
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
