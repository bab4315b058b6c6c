//! Who is announced at present.

use std::collections::BTreeMap;

use crate::FoundHub;

/// How many hubs are listed. No shop has more; whoever announces more is up to something.
pub const MAX_HUBS: usize = 64;

/// The hubs by the full name of their announcement.
#[derive(Debug, Default)]
pub(crate) struct Table {
    hubs: BTreeMap<String, FoundHub>,
}

impl Table {
    /// What is now announced under `full_name`; `None` if that cannot be understood or is not wanted. Those who came first stay when
    /// there are too many.
    pub(crate) fn announced(&mut self, full_name: &str, hub: Option<FoundHub>) {
        let key = full_name.to_lowercase();
        match hub {
            Some(hub) if self.hubs.len() < MAX_HUBS || self.hubs.contains_key(&key) => {
                self.hubs.insert(key, hub);
            }
            Some(_) => {}
            None => {
                self.hubs.remove(&key);
            }
        }
    }

    /// Nothing is announced under `full_name` any more.
    pub(crate) fn gone(&mut self, full_name: &str) {
        self.hubs.remove(&full_name.to_lowercase());
    }

    /// All of them, by name.
    pub(crate) fn list(&self) -> Vec<FoundHub> {
        let mut hubs: Vec<FoundHub> = self.hubs.values().cloned().collect();
        hubs.sort_by(FoundHub::order);
        hubs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HubId;

    fn hub(name: &str) -> Option<FoundHub> {
        let id = HubId::parse("0123456789abcdef").expect("an id");
        Some(FoundHub { name: name.into(), id, addresses: vec!["https://10.0.0.1:8002".into()] })
    }

    fn names(table: &Table) -> Vec<String> {
        table.list().into_iter().map(|hub| hub.name).collect()
    }

    #[test]
    fn hubs_are_listed_by_name_until_they_are_gone() {
        let mut table = Table::default();
        for name in ["terrasse", "Bar", "Étage", "Cuisine"] {
            table.announced(name, hub(name));
        }
        assert_eq!(names(&table), ["Bar", "Cuisine", "terrasse", "Étage"]);
        table.gone("BAR");
        table.gone("never there");
        table.announced("Cuisine", None);
        assert_eq!(names(&table), ["terrasse", "Étage"], "one said goodbye, one says what is not understood");
    }

    #[test]
    fn a_crowd_does_not_push_out_those_who_came_first() {
        let mut table = Table::default();
        table.announced("marais", hub("Marais"));
        for number in 0..1_000 {
            table.announced(&format!("crowd {number}"), hub("Crowd"));
        }
        assert_eq!(table.list().len(), MAX_HUBS);
        table.announced("MARAIS", hub("Marais, renamed"));
        assert!(names(&table).contains(&"Marais, renamed".into()), "and who is listed may still change");
    }
}
