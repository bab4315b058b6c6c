//! Which buttons a pop-up has, and by which words the system reports them.

use chapfood_station::ToastAction;

/// More of them are cut, or hidden in a menu.
const AT_MOST: usize = 2;

/// The buttons to show of those that the station offers. On Linux not every service takes a click beside the
/// buttons, so that one of them opens; elsewhere every click does, and there is room for a reminder.
pub(super) fn shown(offered: &[ToastAction]) -> Vec<ToastAction> {
    choose(offered, cfg!(target_os = "linux"))
}

fn choose(offered: &[ToastAction], opens: bool) -> Vec<ToastAction> {
    use ToastAction::{Open, Remind, Take};
    let preferred = if opens { [Take, Open, Remind] } else { [Take, Remind, Open] };
    preferred.into_iter().filter(|action| offered.contains(action)).take(AT_MOST).collect()
}

/// What the system calls a button.
pub(super) fn key(action: ToastAction) -> &'static str {
    match action {
        ToastAction::Open => "open",
        ToastAction::Take => "take",
        ToastAction::Remind => "remind",
    }
}

/// The button that the system means, if it is one of ours.
pub(super) fn named(key: &str) -> Option<ToastAction> {
    [ToastAction::Open, ToastAction::Take, ToastAction::Remind]
        .into_iter()
        .find(|action| self::key(*action) == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ToastAction::{Open, Remind, Take};

    #[test]
    fn two_buttons_at_most_and_taking_comes_first() {
        let everything = [Remind, Open, Take];
        assert_eq!(choose(&everything, true), [Take, Open]);
        assert_eq!(choose(&everything, false), [Take, Remind]);
        assert_eq!(
            choose(&[Open, Remind], true),
            [Open, Remind],
            "nothing to take leaves room for the reminder"
        );
        assert_eq!(choose(&[Open], false), [Open], "several notifications in one only open");
        assert_eq!(choose(&[], true), [], "there is nothing to press while the screen is locked");
    }

    #[test]
    fn a_button_is_known_again_by_its_key() {
        for action in [Open, Take, Remind] {
            assert_eq!(named(key(action)), Some(action));
        }
        assert_eq!(named("inline-reply"), None, "a system may report what nobody asked for");
    }
}
