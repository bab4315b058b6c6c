//! An invented history: the same one for the same number of rows and the same end.

use std::path::Path;

use chapfood_inbox::{Arrival, Inbox, InboxError};
use chapfood_protocol::{IdSequence, Notification, NotificationType, Timestamp};
use serde_json::{Map, Value, json};

/// Rows a day, about what a busy counter sees.
const PER_DAY: u32 = 240;
/// From opening to closing, in minutes; the rest of the day nothing comes.
const OPEN_MINUTES: i64 = 14 * 60;
/// The newest rows that nobody has read.
const UNREAD: u32 = 12;
/// Rows in one transaction.
const BATCH: usize = 200;
const MINUTE: i64 = 60_000;

/// Fills the history at `path` with `rows` notifications, the newest from `end`. One that has rows stays as it is.
pub(crate) fn fill(path: &Path, rows: u32, end: Timestamp) -> Result<(), InboxError> {
    let mut inbox = Inbox::open(path)?;
    if inbox.newest_row()? > 0 {
        return Ok(());
    }
    let mut ids = IdSequence::default();
    let arrivals: Vec<_> = (0..rows).rev().map(|age| invented(age, end, &mut ids)).collect();
    let read = arrivals.len().saturating_sub(UNREAD as usize);
    for day in arrivals.chunk_by(|a, b| day_of(a) == day_of(b)) {
        for batch in day.chunks(BATCH) {
            inbox.append(batch, batch[batch.len() - 1].notification.timestamp)?;
        }
    }
    let seen: Vec<_> = arrivals[..read].iter().map(|arrival| arrival.notification.id.clone()).collect();
    inbox.mark_read(&seen, true)?;
    Ok(())
}

fn day_of(arrival: &Arrival) -> i64 {
    arrival.notification.timestamp.as_millis().div_euclid(24 * 60 * MINUTE)
}

/// The notification that `age` newer ones follow.
fn invented(age: u32, end: Timestamp, ids: &mut IdSequence) -> Arrival {
    let (day, place) = (i64::from(age / PER_DAY), i64::from(age % PER_DAY));
    let before = day * 24 * 60 * MINUTE + place * OPEN_MINUTES * MINUTE / i64::from(PER_DAY);
    let timestamp = Timestamp::from_millis(end.as_millis() - before);
    let order = 1 + age % 900;
    let table = 1 + age % 24;
    let (kind, channel, sender, title, message, data) = scene(age, order, table);
    Arrival {
        caught_up: age % 97 == 5,
        notification: Notification {
            id: ids.next_at(timestamp),
            kind,
            title,
            message,
            data,
            sender: sender.to_owned(),
            channel: channel.map(str::to_owned),
            timestamp,
            seq: 0,
            replayed: false,
            epoch: None,
            key: None,
            ttl: None,
            expired: false,
        },
    }
}

type Scene =
    (NotificationType, Option<&'static str>, &'static str, String, String, Option<Map<String, Value>>);

fn scene(age: u32, order: u32, table: u32) -> Scene {
    use NotificationType::{Error, Info, Success, Warning};
    let dish = DISHES[age as usize % DISHES.len()];
    let ordered = json!({
        "ref": format!("C-{order:03}"),
        "table": table,
        "articles": [{ "nom": dish, "quantite": 1 + age % 4 }, { "nom": "Eau plate", "quantite": 1 }],
        "total": f64::from(1_250 + (age % 40) * 35) / 100.0,
        "emporter": age.is_multiple_of(5),
    });
    let data = |value: Value| value.as_object().cloned();
    let commandes = Some("commandes");
    match age % 10 {
        0 | 3 | 6 => (
            Info,
            commandes,
            "Caisse 1",
            format!("Nouvelle commande C-{order:03}"),
            format!("Table {table} : {dish}, eau plate."),
            data(ordered),
        ),
        1 | 5 => (
            Success,
            commandes,
            "Cuisine",
            format!("Commande C-{order:03} prête"),
            format!("À servir table {table}."),
            data(json!({ "ref": format!("C-{order:03}"), "table": table })),
        ),
        2 => (
            Info,
            Some("livraison"),
            "Alice",
            "Livreur arrivé".into(),
            format!(
                "Le livreur attend la commande C-{order:03} au comptoir.\nCode de retrait : {}",
                1000 + age % 9000
            ),
            None,
        ),
        4 => (
            Warning,
            Some("stock"),
            "Inventaire",
            format!("Stock bas : {dish}"),
            format!("Il reste {} portions.", 2 + age % 5),
            data(json!({ "article": dish, "restant": 2 + age % 5, "seuil": 8 })),
        ),
        7 => (
            Warning,
            Some("cuisine"),
            "Karim",
            format!("Table {table} attend depuis 20 min"),
            "Le client s’impatiente : priorité au plat principal, le dessert suivra.".into(),
            None,
        ),
        8 => (
            Error,
            Some("caisse"),
            "Terminal 2",
            "Paiement refusé".into(),
            format!(
                "La carte de la table {table} a été refusée deux fois. Proposez un autre moyen de paiement."
            ),
            data(json!({ "terminal": 2, "code": "51", "montant": f64::from(1_800 + age % 4_000) / 100.0 })),
        ),
        _ => (
            Info,
            None,
            "Direction",
            "Réunion d’équipe à 15 h".into(),
            "Rendez-vous en salle avant le service du soir. Durée : 15 minutes.".into(),
            None,
        ),
    }
}

const DISHES: [&str; 7] = [
    "Burger maison",
    "Poulet braisé",
    "Salade niçoise",
    "Thiéboudiène",
    "Pizza quatre fromages",
    "Tarte au citron",
    "Attiéké poisson",
];
