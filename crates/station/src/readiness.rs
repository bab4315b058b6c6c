//! "Ready for service": one check after the other, what follows from each, and what is checked at once.

use crate::contract::{Check, CheckOutcome, CheckSubject, HostKind, Link, PopupHealth, Readiness, Settings};
use crate::seams::SoundFault;

/// In their order: first what this computer can do alone.
const SUBJECTS: [CheckSubject; 6] = [
    CheckSubject::Sound,
    CheckSubject::Popups,
    CheckSubject::DoNotDisturb,
    CheckSubject::Autostart,
    CheckSubject::Hub,
    CheckSubject::EndToEnd,
];

/// What came of a check, with the words for whoever helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) outcome: CheckOutcome,
    pub(crate) detail: Option<String>,
}

impl Finding {
    /// As it should be.
    pub(crate) fn passed() -> Self {
        Self { outcome: CheckOutcome::Passed, detail: None }
    }

    /// Works, but the person switched something off.
    pub(crate) fn warned() -> Self {
        Self { outcome: CheckOutcome::Warned, detail: None }
    }

    /// Something must be done.
    pub(crate) fn failed(detail: impl Into<String>) -> Self {
        Self { outcome: CheckOutcome::Failed, detail: Some(detail.into()) }
    }

    fn skipped() -> Self {
        Self { outcome: CheckOutcome::Skipped, detail: None }
    }

    fn passed_if_on(on: bool) -> Self {
        if on { Self::passed() } else { Self::warned() }
    }
}

impl Readiness {
    /// A trial that begins, with nothing tried yet.
    pub(crate) fn begun(at: i64) -> Self {
        let pending = |subject| Check { subject, outcome: CheckOutcome::Pending, detail: None };
        Self { at, running: true, checks: SUBJECTS.map(pending).into() }
    }

    /// Goes on to the next check. `None`: that was all.
    pub(crate) fn go_on(&mut self) -> Option<CheckSubject> {
        let next = self.checks.iter_mut().find(|check| check.outcome == CheckOutcome::Pending);
        self.running = next.is_some();
        next.map(|check| {
            check.outcome = CheckOutcome::Running;
            check.subject
        })
    }

    /// The one under way is over. Says whether it was that one.
    pub(crate) fn found(&mut self, subject: CheckSubject, finding: Finding) -> bool {
        let is_this = |check: &&mut Check| check.subject == subject && check.outcome == CheckOutcome::Running;
        let Some(check) = self.checks.iter_mut().find(is_this) else { return false };
        (check.outcome, check.detail) = (finding.outcome, finding.detail);
        true
    }

    /// What is being tried.
    pub(crate) fn under_way(&self) -> Option<CheckSubject> {
        self.checks.iter().find(|check| check.outcome == CheckOutcome::Running).map(|check| check.subject)
    }
}

/// What a sound that was tried out says. `None`: nothing came of it in time.
pub(crate) fn sound(outcome: Option<Result<(), SoundFault>>, settings: &Settings) -> Finding {
    match outcome {
        Some(Ok(())) => Finding::passed_if_on(settings.sounds && settings.volume > 0),
        Some(Err(SoundFault::Unsupported)) => Finding::skipped(),
        Some(Err(fault)) => Finding::failed(fault.to_string()),
        None => Finding::failed("the sound device is busy with other sounds"),
    }
}

/// What a pop-up that was tried out says. `None`: nothing came of it in time.
pub(crate) fn popups(health: Option<PopupHealth>, settings: &Settings) -> Finding {
    match health {
        Some(PopupHealth::Working | PopupHealth::Unknown) => Finding::passed_if_on(settings.popups),
        Some(PopupHealth::NoService) => {
            Finding::failed("no notification service answers on the session's bus")
        }
        Some(PopupHealth::NoBus) => Finding::failed("there is no session bus"),
        Some(PopupHealth::Failing) => Finding::failed("the notification service refused, or did not answer"),
        None => Finding::failed("the notification service is busy with other pop-ups"),
    }
}

/// Whether alerts are held back now.
pub(crate) fn do_not_disturb(is_held_back: bool) -> Finding {
    Finding::passed_if_on(!is_held_back)
}

/// Whether the app is there when the computer starts.
pub(crate) fn autostart(settings: &Settings, host: HostKind) -> Finding {
    match host {
        HostKind::Desktop => Finding::passed_if_on(settings.autostart),
        HostKind::Browser => Finding::skipped(),
    }
}

/// What a link that is not up says.
pub(crate) fn unlinked(link: &Link, address: &str) -> Finding {
    match link {
        Link::Refused { words, .. } => Finding::failed(words.clone()),
        _ => Finding::failed(format!("not connected to {address}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_follow_one_another_and_the_last_one_ends_the_trial() {
        let mut readiness = Readiness::begun(7);
        let mut seen = Vec::new();
        while let Some(subject) = readiness.go_on() {
            assert_eq!(readiness.under_way(), Some(subject));
            let running = readiness.checks.iter().filter(|check| check.outcome == CheckOutcome::Running);
            assert_eq!(running.count(), 1, "one at a time");
            assert!(readiness.running);
            assert!(readiness.found(subject, Finding::passed()));
            assert!(!readiness.found(subject, Finding::failed("late")), "what comes late says nothing");
            seen.push(subject);
        }
        assert_eq!(seen, SUBJECTS);
        assert!(!readiness.running);
        assert!(readiness.checks.iter().all(|check| check.outcome == CheckOutcome::Passed));
    }

    #[test]
    fn what_is_switched_off_by_choice_is_a_warning_and_what_does_not_work_a_failure() {
        use CheckOutcome::{Failed, Passed, Skipped, Warned};
        let usual = Settings { autostart: true, ..Settings::default() };
        let silent = Settings { sounds: false, popups: false, autostart: false, ..Settings::default() };
        let mute = Settings { volume: 0, ..Settings::default() };
        let cases = [
            ("a sound", sound(Some(Ok(())), &usual), Passed),
            ("sounds off", sound(Some(Ok(())), &silent), Warned),
            ("no volume", sound(Some(Ok(())), &mute), Warned),
            ("no device", sound(Some(Err(SoundFault::NoDevice)), &usual), Failed),
            ("no device, and sounds off", sound(Some(Err(SoundFault::NoDevice)), &silent), Failed),
            ("a browser", sound(Some(Err(SoundFault::Unsupported)), &usual), Skipped),
            ("no answer", sound(None, &usual), Failed),
            ("a pop-up", popups(Some(PopupHealth::Working), &usual), Passed),
            ("pop-ups off", popups(Some(PopupHealth::Working), &silent), Warned),
            ("no service", popups(Some(PopupHealth::NoService), &usual), Failed),
            ("alerts", do_not_disturb(false), Passed),
            ("held back", do_not_disturb(true), Warned),
            ("starts with the computer", autostart(&usual, HostKind::Desktop), Passed),
            ("does not", autostart(&silent, HostKind::Desktop), Warned),
            ("cannot", autostart(&silent, HostKind::Browser), Skipped),
            ("no hub", unlinked(&Link::Connecting, "http://hub:8001"), Failed),
        ];
        for (case, finding, expected) in cases {
            assert_eq!(finding.outcome, expected, "{case}");
            assert_eq!(finding.detail.is_some(), expected == Failed, "{case}: a failure has words");
        }
        let refused = Link::Refused {
            reason: crate::contract::RefusalReason::TokenRevoked,
            words: "Jeton révoqué".into(),
            next_at: 0,
            since: 0,
        };
        assert_eq!(unlinked(&refused, "http://hub:8001").detail.as_deref(), Some("Jeton révoqué"));
    }
}
