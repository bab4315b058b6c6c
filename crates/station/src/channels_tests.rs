use super::*;

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn connected(wanted: &[&str]) -> Channels {
    let mut channels = Channels::default();
    channels.connected(&names(wanted));
    for name in wanted {
        channels.joined(name, 1);
    }
    channels
}

#[test]
fn joined_channels_come_first_in_their_order_then_the_others_by_name() {
    let mut channels = connected(&["cuisine", "bar"]);
    let active = |name: &str, client_count| ChannelSummary { name: name.into(), client_count };
    channels.listed(&[active("stock", 2), active("cuisine", 4), active("accueil", 1)]);
    let unread = BTreeMap::from([("bar".to_owned(), 3), ("quitté".to_owned(), 1)]);
    let today = BTreeMap::from([("cuisine".to_owned(), 5)]);
    let list = channels.list(&names(&["cuisine", "bar"]), true, &unread, &today);
    assert_eq!((list[0].today, list[1].today), (5, 0), "each has its own count");
    let shown: Vec<_> =
        list.iter().map(|c| (c.name.as_str(), c.joined, c.confirmed, c.client_count, c.unread)).collect();
    let expected = [
        ("cuisine", true, true, Some(4), 0),
        ("bar", true, true, Some(0), 3),
        ("accueil", false, false, Some(1), 0),
        ("quitté", false, false, Some(0), 1),
        ("stock", false, false, Some(2), 0),
    ];
    assert_eq!(shown, expected, "a channel with unread ones is shown even after it was left");
}

#[test]
fn nothing_looks_live_without_a_connection() {
    let channels = connected(&["cuisine"]);
    let list = channels.list(&names(&["cuisine"]), false, &BTreeMap::new(), &BTreeMap::new());
    assert_eq!((list[0].confirmed, list[0].client_count), (false, None), "the hub cannot vouch for it now");
}

#[test]
fn a_refused_join_names_the_channel_that_was_asked() {
    let mut channels = connected(&["cuisine"]);
    channels.wanted("bar");
    channels.wanted("*");
    let refused = channels.refused(&names(&["channel_reserved"]));
    assert_eq!(refused.as_deref(), Some("*"), "only this name can be at fault");
    channels.joined("bar", 1);
    assert_eq!(channels.refused(&names(&["channel_reserved"])), None, "no join is open");
}

#[test]
fn a_busy_hub_does_not_make_a_channel_unwanted() {
    let mut channels = Channels::default();
    channels.connected(&names(&["cuisine"]));
    let refused = channels.refused(&names(&["too_many_requests"]));
    assert_eq!(refused, None, "the person wanted it long before; the next connection asks again");
    channels.wanted("bar");
    let refused = channels.refused(&names(&["too_many_requests"]));
    assert_eq!(refused.as_deref(), Some("bar"), "what was just asked for is taken back, and said so");
}

#[test]
fn a_channel_that_the_hub_stopped_allowing_is_given_up() {
    let mut channels = Channels::default();
    channels.connected(&names(&["cuisine"]));
    let refused = channels.refused(&names(&["channel_too_long"]));
    assert_eq!(refused.as_deref(), Some("cuisine"), "it would be refused at every connection");
    assert!(channels.leave_refused(), "the hub's answer to our leaving it is no news");
    assert!(!channels.leave_refused(), "any other one is");
}

#[test]
fn leaving_before_the_answer_forgets_the_question() {
    let mut channels = connected(&[]);
    channels.wanted("bar");
    channels.unwanted("bar");
    channels.wanted("cuisine");
    let refused = channels.refused(&names(&["hub_closing"]));
    assert_eq!(refused.as_deref(), Some("cuisine"), "bar is not waited for any more");
}
