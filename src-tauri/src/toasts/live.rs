//! Which pop-ups still show, where none can be replaced and each holds a thread until it is gone.

/// More are too many threads.
const AT_MOST: usize = 64;

/// The pop-ups that still show, by the station's ids for them. Samples have an empty one in common.
#[derive(Debug, Default)]
pub(super) struct Live {
    ids: Vec<String>,
}

/// What becomes of a pop-up that is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It has one of its own, until [`Live::gone`].
    Own,
    /// It still shows: what goes on ringing would fill the screen with itself.
    Shows,
    /// There is none.
    Full,
}

impl Live {
    /// One is to show.
    pub(super) fn comes(&mut self, id: &str) -> Place {
        // Each sample is to be seen.
        if !id.is_empty() && self.ids.iter().any(|live| live == id) {
            return Place::Shows;
        }
        if self.ids.len() >= AT_MOST {
            return Place::Full;
        }
        self.ids.push(id.to_owned());
        Place::Own
    }

    /// One that had a place of its own has gone from the screen, or never came to it.
    pub(super) fn gone(&mut self, id: &str) {
        if let Some(position) = self.ids.iter().position(|live| live == id) {
            self.ids.swap_remove(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rings_again_shows_once_for_as_long_as_it_shows() {
        let mut live = Live::default();
        assert_eq!(live.comes("a"), Place::Own);
        assert_eq!(live.comes("a"), Place::Shows);
        assert_eq!(live.comes("b"), Place::Own, "another order has its own");
        live.gone("a");
        assert_eq!(live.comes("a"), Place::Own, "it was swept away and rings again");
    }

    #[test]
    fn each_sample_is_seen_and_all_together_are_not_too_many() {
        let mut live = Live::default();
        for _ in 0..AT_MOST {
            assert_eq!(live.comes(""), Place::Own);
        }
        assert_eq!(live.comes(""), Place::Full);
        assert_eq!(live.comes("a"), Place::Full);
        live.gone("");
        assert_eq!(live.comes("a"), Place::Own);
        assert_eq!(live.comes("a"), Place::Shows, "also where there is no room for more");
    }
}
