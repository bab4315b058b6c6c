//! Tokens and the audit log outlive the notifications around them: when a copy is put back, who may come in stays as it
//! is, and so does what happened at the doors.
//!
//! Otherwise a token that was withdrawn since the copy was taken would be good again, and nothing would say that it was
//! withdrawn.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// What is carried: a table, and its columns.
const CARRIED: [(&str, &str); 2] = [
    ("token", "id, label, roles, channels, hash, created_at, used_at, revoked_at"),
    ("audit", "id, at, event, token_id, address, code, times"),
];

/// The tokens and the audit log of a database, as they are.
pub(crate) struct Luggage([Vec<Vec<Value>>; CARRIED.len()]);

impl Luggage {
    /// Whether it says who may come in.
    pub(crate) fn has_tokens(&self) -> bool {
        let Self([tokens, _]) = self;
        !tokens.is_empty()
    }
}

/// Takes them out of a database. One of an older version has none.
pub(crate) fn pack(db: &Connection) -> rusqlite::Result<Luggage> {
    let [tokens, audit] = CARRIED.map(|(table, columns)| rows(db, table, columns));
    Ok(Luggage([tokens?, audit?]))
}

fn rows(db: &Connection, table: &str, columns: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
    let known: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)",
        [table],
        |row| row.get(0),
    )?;
    if !known {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare(&format!("SELECT {columns} FROM {table} ORDER BY id"))?;
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect())?;
    rows.collect()
}

/// Puts them in the place of another database's. Where there were none, as on a new computer, those that came with the
/// copy stay.
pub(crate) fn unpack(Luggage(tables): &Luggage, db: &mut Connection) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    for ((table, columns), rows) in CARRIED.into_iter().zip(tables).filter(|(_, rows)| !rows.is_empty()) {
        transaction.execute(&format!("DELETE FROM {table}"), [])?;
        let places = vec!["?"; columns.split(',').count()].join(", ");
        let sql = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
        for row in rows {
            transaction.prepare_cached(&sql)?.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()
}
