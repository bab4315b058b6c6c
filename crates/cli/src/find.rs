//! `chapfood find`.

use chapfood_discovery::{FoundHub, Search};
use serde::Serialize;

use crate::args::FindOptions;
use crate::failure::Failure;
use crate::{output, plain};

pub(crate) async fn run(options: FindOptions) -> Result<(), Failure> {
    let search = Search::start().map_err(anyhow::Error::from)?;
    // There is no last answer to wait for: whoever is there has answered by then.
    tokio::time::sleep(options.timeout).await;
    let found = search.hubs().borrow().clone();
    if found.is_empty() {
        return Err(Failure::NoneFound);
    }
    for FoundHub { name, id, addresses } in &found {
        if options.json {
            output::json(&Line { name, id: id.as_str(), addresses })?;
        } else {
            output::line(&format!("{}\t{id}\t{}", plain::line(name), addresses.join(" ")))?;
        }
    }
    Ok(())
}

/// One hub, for programs.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    id: &'a str,
    addresses: &'a [String],
}
