//! A network of the test's own, so that nothing is announced to the people next door, and nothing of theirs is heard.

use std::process::Command;
use std::time::Duration;

use chapfood_discovery::{FoundHub, Search};
use tokio::time::timeout;

const INSIDE: &str = "CHAPFOOD_TEST_INSIDE_OWN_NETWORK";

/// Whether this is the test inside its network. If not, `name` is run there, and this process only waits for it.
///
/// Where the system gives nobody a network of their own the test is skipped and says so; in CI that is a failure.
#[allow(clippy::print_stderr, reason = "a test that is skipped has nobody else to tell")]
pub(crate) fn inside_own_network(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let own = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net"]).args(words);
        command
    };
    if !own(&["ip", "link", "set", "lo", "up"]).output().is_ok_and(|tried| tried.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI gives a network of one's own (unshare --net)");
        eprintln!("skipped: this system gives no network of one's own (unshare --net)");
        return false;
    }
    let program = std::env::current_exe().expect("the test has a path");
    let program = program.to_str().expect("a plain path");
    let mut run = own(&[program, "--exact", name, "--nocapture"]);
    let ended = run.env(INSIDE, "yes").status().expect("unshare was there before");
    assert!(ended.success(), "{name}, inside a network of its own");
    false
}

/// `ip`, which must succeed.
pub(crate) fn ip(words: &str) {
    let ended = Command::new("ip").args(words.split(' ')).status().expect("ip is there");
    assert!(ended.success(), "ip {words}");
}

/// A network card with an address, and a cable to somebody who is silent.
pub(crate) fn plug_in(address: &str) {
    ip("link add name lan0 type veth peer name lan1");
    ip(&format!("address add {address} dev lan0"));
    ip("link set lan0 up");
    ip("link set lan1 up");
}

/// Waits until the list is as wanted, and gives it.
pub(crate) async fn until(
    search: &Search,
    what: &str,
    wanted: impl FnMut(&Vec<FoundHub>) -> bool,
) -> Vec<FoundHub> {
    let mut hubs = search.hubs();
    let found = timeout(Duration::from_secs(30), hubs.wait_for(wanted)).await;
    match found {
        Ok(list) => list.expect("the search goes on").clone(),
        Err(_) => panic!("{what}; listed are {:?}", search.hubs().borrow()),
    }
}
