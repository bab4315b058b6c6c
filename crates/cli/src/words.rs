//! What the program says, in the two languages of the hub.

use chapfood_hub::Token;
use chapfood_protocol::{Lang, ServerStats};

/// French if the system's messages are, else English. The first of the three that is set decides.
pub(crate) fn lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("fr")) { Lang::Fr } else { Lang::En }
}

fn say(french: String, english: String) -> String {
    match lang() {
        Lang::Fr => french,
        Lang::En => english,
    }
}

pub(crate) fn kept_aside(path: &std::path::Path) -> String {
    let path = path.display();
    say(format!("ce qui était là est gardé dans {path}"), format!("what was there is kept in {path}"))
}

pub(crate) fn tokens_of_the_copy() -> String {
    say(
        "attention\u{a0}: les jetons sont ceux du jour de la copie, et ceux qui ont été retirés depuis sont de nouveau \
         valables\u{a0}: voyez `chapfood token list` et retirez-les"
            .into(),
        "mind: the tokens are those of the day of the copy, and any that were withdrawn since are good again: see \
         `chapfood token list`, and withdraw them"
            .into(),
    )
}

pub(crate) fn refused(words: &str) -> String {
    say(format!("refusé par le hub : {words}"), format!("refused by the hub: {words}"))
}

pub(crate) fn another_certificate(shown: &str) -> String {
    say(
        format!("son certificat n'est pas celui que vous avez indiqué (--fingerprint), mais {shown}"),
        format!("its certificate is not the one you named (--fingerprint), but {shown}"),
    )
}

pub(crate) fn unreachable(hub: &str) -> String {
    say(
        format!("le hub {hub} est injoignable : vérifiez l'adresse (--hub) et qu'il est démarré"),
        format!("the hub {hub} cannot be reached: check its address (--hub) and that it is running"),
    )
}

pub(crate) fn none_found() -> String {
    say(
        "aucun hub ne s'annonce sur ce réseau : vérifiez qu'il est démarré avec --lan et que le pare-feu laisse passer \
         le port UDP 5353"
            .into(),
        "no hub announces itself on this network: check that it runs with --lan and that the firewall lets UDP port \
         5353 through"
            .into(),
    )
}

pub(crate) fn not_announced(error: &impl std::fmt::Display) -> String {
    say(format!("le hub ne s'annonce pas : {error}"), format!("the hub does not announce itself: {error}"))
}

pub(crate) fn unconfirmed() -> String {
    say(
        "le hub n'a pas confirmé : la notification a pu partir ou non".into(),
        "the hub did not confirm: the notification may have been sent or not".into(),
    )
}

pub(crate) fn unanswered(hub: &str) -> String {
    say(format!("le hub {hub} n'a pas répondu à temps"), format!("the hub {hub} did not answer in time"))
}

pub(crate) fn output(error: &std::io::Error) -> String {
    say(format!("impossible d'écrire la sortie : {error}"), format!("cannot write the output: {error}"))
}

pub(crate) fn trying(hub: &str) -> String {
    say(
        format!("le hub {hub} ne répond pas, nouvel essai…"),
        format!("no answer from the hub {hub}, trying again…"),
    )
}

pub(crate) fn connected(hub: &str) -> String {
    say(format!("connecté à {hub}"), format!("connected to {hub}"))
}

pub(crate) fn offline(hub: &str) -> String {
    say(
        format!("le hub {hub} est injoignable, essais toutes les 10 s au plus"),
        format!("the hub {hub} cannot be reached, trying every 10 s or sooner"),
    )
}

pub(crate) fn no_data_dir() -> String {
    say(
        "ni HOME ni XDG_DATA_HOME : indiquez le dossier des données avec --data".into(),
        "neither HOME nor XDG_DATA_HOME is set: name the folder of the data with --data".into(),
    )
}

pub(crate) fn token_shown_once(id: i64, folder: &std::path::Path) -> String {
    let folder = folder.display();
    say(
        format!("jeton n° {id} du hub dans {folder}, affiché cette seule fois : gardez-le en lieu sûr"),
        format!("token no. {id} of the hub in {folder}, shown this once: keep it safe"),
    )
}

pub(crate) fn no_such_token(id: i64) -> String {
    say(
        format!("aucun jeton n° {id} à retirer : voyez `chapfood token list`"),
        format!("no token no. {id} to withdraw: see `chapfood token list`"),
    )
}

pub(crate) fn token_state(token: &Token) -> String {
    match (token.revoked, token.used) {
        (Some(at), _) => say(format!("retiré le {at}"), format!("withdrawn {at}")),
        (None, Some(at)) => say(format!("utilisé le {at}"), format!("used {at}")),
        (None, None) => say("jamais utilisé".into(), "never used".into()),
    }
}

pub(crate) fn unreadable_token(path: &std::path::Path, error: &std::io::Error) -> String {
    let path = path.display();
    say(
        format!("le fichier du jeton {path} est illisible : {error}"),
        format!("the token's file {path} cannot be read: {error}"),
    )
}

pub(crate) fn stopping() -> String {
    say("arrêt du hub…".into(), "stopping the hub…".into())
}

pub(crate) fn clients(count: u32) -> String {
    let s = if count > 1 { "s" } else { "" };
    say(format!("{count} client{s}"), format!("{count} client{}", if count == 1 { "" } else { "s" }))
}

pub(crate) fn stats(stats: &ServerStats) -> String {
    let minutes = (stats.uptime.max(0.0) / 60.0).floor();
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    say(
        format!(
            "clients connectés : {}\nchannels actifs : {}\nen service depuis : {hours} h {minutes:02} min",
            stats.connected_clients, stats.active_channels
        ),
        format!(
            "connected clients: {}\nactive channels: {}\nup for: {hours} h {minutes:02} min",
            stats.connected_clients, stats.active_channels
        ),
    )
}

pub(crate) fn pairing_code(code: &str) -> String {
    say(
        format!("Code\u{a0}: {code} (10 minutes, 5 essais, un seul poste)"),
        format!("Code: {code} (10 minutes, 5 tries, one computer)"),
    )
}

pub(crate) fn pairing_link(link: &str) -> String {
    say(format!("Lien\u{a0}: {link}"), format!("Link: {link}"))
}

pub(crate) fn no_address() -> String {
    say(
        "Aucun réseau\u{a0}: les autres postes ne peuvent pas joindre cet ordinateur".into(),
        "No network: other computers cannot reach this one".into(),
    )
}

pub(crate) fn pairing_tries(left: u64) -> String {
    let s = if left > 1 { "s" } else { "" };
    say(
        format!("un poste essaie un code\u{202f}; encore {left} essai{s}"),
        format!("a computer tries a code; {left} left"),
    )
}

pub(crate) fn pair_on_this_computer() -> String {
    say(
        "`chapfood pair` n'administre que le hub de cet ordinateur, p. ex. http://127.0.0.1:8001".into(),
        "`chapfood pair` administers the hub of this computer only, e.g. http://127.0.0.1:8001".into(),
    )
}

pub(crate) fn pairing_question(device: &str, person: &str, address: &str) -> String {
    say(
        format!("«\u{a0}{device}\u{a0}» ({person}, {address}) connaît le code. L'ajouter\u{202f}? [o/n]"),
        format!("\"{device}\" ({person}, {address}) knows the code. Add it? [y/n]"),
    )
}

/// In either language: nothing else that is typed is a yes.
pub(crate) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "o" | "oui" | "y" | "yes")
}

pub(crate) fn paired(device: &str) -> String {
    say(format!("«\u{a0}{device}\u{a0}» est ajouté"), format!("\"{device}\" is added"))
}

/// How an offer ended without anybody being added.
pub(crate) fn not_paired(state: &str) -> String {
    match state {
        "refused" => say("le poste n'est pas ajouté".into(), "the computer is not added".into()),
        "expired" => say("le temps est écoulé".into(), "the time is up".into()),
        "tries_used_up" => say("trop de codes faux".into(), "too many wrong codes".into()),
        "gone" => say("le poste est parti".into(), "the computer went away".into()),
        _ => say("l'ajout a été fermé ailleurs".into(), "it was closed elsewhere".into()),
    }
}

pub(crate) fn token_stays(id: i64, error: &str) -> String {
    say(
        format!("le jeton n° {id} n'a pas pu être retiré ({error})\u{a0}: `chapfood token revoke {id}`"),
        format!("token no. {id} could not be withdrawn ({error}): `chapfood token revoke {id}`"),
    )
}
