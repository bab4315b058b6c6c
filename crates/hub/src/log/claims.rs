//! Who is in charge of which notification: the first one wins, and anybody may release.

use chapfood_protocol::{BROADCAST, ClaimChanged, NotificationId, Person, Problem, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::log::group::{Group, NewEntry, sql};
use crate::log::store::Done;
use crate::log::{Claim, ClaimKind, Entry};

/// Bytes beyond the quota that claims may still use, some 40,000 of them: when a hub is full, staff must be
/// able to work off what it holds.
pub(super) const RESERVE: u64 = 16 * 1024 * 1024;

/// A notification that is kept, and how it stands with it.
struct Claimed {
    channel: String,
    seq: u64,
    /// Who is in charge of it now.
    holder: Option<String>,
    /// The last entry about it, if anybody ever took it.
    last: Option<Entry>,
}

impl Group<'_> {
    pub(super) fn claim(&mut self, claim: &Claim) -> rusqlite::Result<Done> {
        let found = find(self.db, self.epoch, &claim.id)?;
        // Whoever may not read it does not learn that it exists.
        let readable = |found: &Claimed| {
            claim.grant.reads(Some(found.channel.as_str()).filter(|channel| *channel != BROADCAST))
        };
        let Some(claimed) = found.filter(readable) else {
            return Ok(Done::NotClaimed(Problem::UnknownNotification));
        };
        match (claim.kind, &claimed.holder, claimed.last) {
            // Asked again after an answer that was lost, or for what is so already: told again, nothing new.
            (ClaimKind::Take, Some(holder), Some(taken)) if *holder == claim.holder => {
                Ok(Done::Claimed { entry: Box::new(taken), new: false })
            }
            (ClaimKind::Take, Some(_), Some(Entry::Taken(ClaimChanged { by, .. }))) => {
                Ok(Done::NotClaimed(Problem::AlreadyTaken(words(&by))))
            }
            (ClaimKind::Release, None, Some(released)) => {
                Ok(Done::Claimed { entry: Box::new(released), new: false })
            }
            // Nobody ever had it, which is so since it came.
            (ClaimKind::Release, None, None) => {
                let entry = self.change(claim, &claimed.channel, claimed.seq);
                Ok(Done::Claimed { entry: Box::new(entry), new: false })
            }
            _ if self.no_room_for_claims => Ok(Done::NotClaimed(Problem::QuotaReached)),
            _ => self.enter(claim, &claimed.channel),
        }
    }

    /// Writes down that it is so from now on.
    fn enter(&mut self, claim: &Claim, channel: &str) -> rusqlite::Result<Done> {
        let seq = self.place(channel)?.head + 1;
        let entry = self.change(claim, channel, seq);
        // Only so that the row has one: nobody is ever told it.
        let id = &self.ids.next(self.now_micros);
        let payload = serde_json::to_string(&entry);
        self.insert(channel, NewEntry { seq, id, kind: entry.kind(), payload, sent: None })?;
        let holder = (claim.kind == ClaimKind::Take).then_some(&claim.holder);
        self.db
            .prepare_cached(
                "INSERT INTO claim (id, holder, seq) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET holder = excluded.holder, seq = excluded.seq",
            )?
            .execute(params![claim.id.as_str(), holder, sql(seq)])?;
        Ok(Done::Claimed { entry: Box::new(entry), new: true })
    }

    fn change(&self, claim: &Claim, channel: &str, seq: u64) -> Entry {
        let change = ClaimChanged {
            id: claim.id.clone(),
            channel: (channel != BROADCAST).then(|| channel.to_owned()),
            by: claim.by.clone(),
            at: Timestamp::from_millis(self.now_micros / 1_000),
            seq,
            epoch: self.epoch.to_owned(),
            replayed: false,
            answer: false,
        };
        match claim.kind {
            ClaimKind::Take => Entry::Taken(change),
            ClaimKind::Release => Entry::Released(change),
        }
    }
}

fn find(db: &Connection, epoch: &str, id: &NotificationId) -> rusqlite::Result<Option<Claimed>> {
    db.prepare_cached(
        "SELECT name, told.seq, holder, last.kind, last.payload FROM entry AS told
         JOIN channel ON channel.id = told.channel_id
         LEFT JOIN claim ON claim.id = told.id
         LEFT JOIN entry AS last ON last.channel_id = told.channel_id AND last.seq = claim.seq
         WHERE told.id = ?1 AND told.kind = 0",
    )?
    .query_row([id.as_str()], |row| {
        let (kind, payload) = (row.get::<_, Option<i64>>(3)?, row.get::<_, Option<String>>(4)?);
        let last = kind.zip(payload).and_then(|(kind, payload)| {
            Entry::read(kind, &payload, epoch)
                .map_err(
                    |error| tracing::error!(%error, %id, "a claim cannot be read back: it counts as none"),
                )
                .ok()
        });
        let seq = row.get::<_, i64>(1)?.unsigned_abs();
        Ok(Claimed { channel: row.get(0)?, seq, holder: row.get(2)?, last })
    })
    .optional()
}

/// The numbers after `cursor` that are claims: no more than the channel keeps, and far fewer as a rule.
pub(super) fn after(db: &Connection, channel: i64, cursor: u64) -> rusqlite::Result<Vec<u64>> {
    db.prepare_cached("SELECT seq FROM entry WHERE channel_id = ?1 AND seq > ?2 AND kind > 0 ORDER BY seq")?
        .query_map(params![channel, sql(cursor)], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))?
        .collect()
}

/// Who has it, for a person.
fn words(by: &Person) -> String {
    match &by.device_name {
        Some(device) => format!("{} ({device})", by.username),
        None => by.username.clone(),
    }
}
