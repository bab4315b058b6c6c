//! The words of pop-ups, and those that stand where a hub would have its own. Everything else that a person
//! reads is worded by the UI.

use chapfood_protocol::NotificationType;

use crate::contract::Language;
use crate::toast::ToastAction;

pub(crate) fn prefixed(kind: NotificationType, title: &str, language: Language) -> String {
    let prefix = match (kind, language) {
        (NotificationType::Warning, Language::Fr) => "Attention\u{a0}: ",
        (NotificationType::Warning, Language::En) => "Warning: ",
        (NotificationType::Error, Language::Fr) => "Erreur\u{a0}: ",
        (NotificationType::Error, Language::En) => "Error: ",
        (NotificationType::Info | NotificationType::Success, _) => "",
    };
    format!("{prefix}{title}")
}

pub(crate) fn action(action: ToastAction, language: Language) -> &'static str {
    match (action, language) {
        (ToastAction::Open, Language::Fr) => "Ouvrir",
        (ToastAction::Open, Language::En) => "Open",
        (ToastAction::Take, Language::Fr) => "Prendre en charge",
        (ToastAction::Take, Language::En) => "Take it",
        (ToastAction::Remind, Language::Fr) => "Rappeler dans 5\u{a0}min",
        (ToastAction::Remind, Language::En) => "Remind me in 5\u{a0}min",
    }
}

/// `channel` with its `#`; `None` is everybody.
pub(crate) fn burst(count: u32, channel: Option<&str>, language: Language) -> String {
    match (language, channel) {
        (Language::Fr, Some(channel)) => format!("{count} nouvelles notifications sur {channel}"),
        (Language::Fr, None) => format!("{count} nouvelles notifications à tous"),
        (Language::En, Some(channel)) => format!("{count} new notifications on {channel}"),
        (Language::En, None) => format!("{count} new notifications to everyone"),
    }
}

/// What a pop-up says on a locked screen. `channel` with its `#`; `None` is everybody.
pub(crate) fn locked(channel: Option<&str>, language: Language) -> String {
    match (language, channel) {
        (Language::Fr, Some(channel)) => format!("Nouvelle notification sur {channel}"),
        (Language::Fr, None) => "Nouvelle notification à tous".to_owned(),
        (Language::En, Some(channel)) => format!("New notification on {channel}"),
        (Language::En, None) => "New notification to everyone".to_owned(),
    }
}

/// Of several.
pub(crate) fn waiting(count: u32, language: Language) -> String {
    match language {
        Language::Fr => format!("{count} notifications en attente"),
        Language::En => format!("{count} notifications waiting"),
    }
}

/// From the first reference to the last.
pub(crate) fn from_to(first: &str, last: &str, language: Language) -> String {
    match language {
        Language::Fr => format!("{first} à {last}"),
        Language::En => format!("{first} to {last}"),
    }
}

pub(crate) fn missed(count: u32, language: Language) -> String {
    match (language, count) {
        (Language::Fr, 0 | 1) => format!("{count} notification manquée récupérée"),
        (Language::Fr, _) => format!("{count} notifications manquées récupérées"),
        (Language::En, 1) => format!("{count} missed notification recovered"),
        (Language::En, _) => format!("{count} missed notifications recovered"),
    }
}

/// Why something that waits is not sent again.
pub(crate) fn maybe_sent(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Peut-être déjà envoyée : le hub n'a pas répondu. Vérifiez, puis renvoyez-la ou retirez-la."
        }
        Language::En => {
            "It may have been sent: the hub did not answer. Check, then send it again or discard it."
        }
    }
}

/// Why the hub that let this computer in is not spoken to.
pub(crate) fn unreadable_certificate(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Le certificat du hub, gardé sur ce poste, est illisible. Appairez ce poste de nouveau."
        }
        Language::En => {
            "The hub’s certificate, kept on this computer, is unreadable. Pair this computer again."
        }
    }
}

/// Title and body.
pub(crate) fn sample(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Fr => ("Essai de bulle", "Les bulles du système fonctionnent sur ce poste."),
        Language::En => ("Pop-up test", "System pop-ups work on this computer."),
    }
}
