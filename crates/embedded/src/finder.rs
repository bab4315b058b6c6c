use chapfood_discovery::{HubId, Search};
use chapfood_station::Finder;
use chapfood_station::contract::FoundHub;
use tokio::sync::watch;

/// Looks for hubs on the network of this computer.
#[derive(Debug)]
pub struct NetworkFinder;

impl Finder for NetworkFinder {
    fn search(&self, only: Option<&str>) -> Option<watch::Receiver<Vec<FoundHub>>> {
        let search = match only.and_then(HubId::parse) {
            Some(id) => Search::for_hub(id),
            None => Search::start(),
        };
        let search = search.inspect_err(|error| tracing::warn!(%error, "hubs cannot be looked for")).ok()?;
        let (found, seen) = watch::channel(Vec::new());
        tokio::spawn(async move {
            let mut hubs = search.hubs();
            loop {
                found.send_replace(hubs.borrow_and_update().iter().map(shown).collect());
                tokio::select! {
                    // Nobody looks any more; the search ends with this task.
                    () = found.closed() => return,
                    changed = hubs.changed() => if changed.is_err() { return },
                }
            }
        });
        Some(seen)
    }
}

fn shown(hub: &chapfood_discovery::FoundHub) -> FoundHub {
    // People read addresses without what is the same of all of them.
    let plain = |address: &String| address.trim_start_matches("https://").to_owned();
    FoundHub {
        id: hub.id.as_str().to_owned(),
        name: hub.name.clone(),
        addresses: hub.addresses.iter().map(plain).collect(),
        known: false,
    }
}
