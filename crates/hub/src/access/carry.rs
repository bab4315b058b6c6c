//! Tokens outlive the notifications around them: when a copy is put back, who may come in stays as it is.
//!
//! Otherwise a token that was withdrawn since the copy was taken would be good again.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

const COLUMNS: &str = "id, label, roles, channels, hash, created_at, used_at, revoked_at";
const COUNT: usize = 8;

/// The tokens of a database, as they are.
pub(crate) struct Luggage(Vec<[Value; COUNT]>);

/// Takes the tokens out of a database. One of an older version has none.
pub(crate) fn pack(db: &Connection) -> rusqlite::Result<Luggage> {
    let known: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'token')",
        [],
        |row| row.get(0),
    )?;
    if !known {
        return Ok(Luggage(Vec::new()));
    }
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM token"))?;
    let rows = statement.query_map([], |row| {
        let mut token = std::array::from_fn(|_| Value::Null);
        for (column, value) in token.iter_mut().enumerate() {
            *value = row.get(column)?;
        }
        Ok(token)
    })?;
    Ok(Luggage(rows.collect::<Result<_, _>>()?))
}

/// Puts them in the place of another database's tokens. Where there were none, as on a new computer, those that came
/// with the copy stay.
pub(crate) fn unpack(Luggage(tokens): &Luggage, db: &mut Connection) -> rusqlite::Result<()> {
    if tokens.is_empty() {
        return Ok(());
    }
    let transaction = db.transaction()?;
    transaction.execute("DELETE FROM token", [])?;
    for token in tokens {
        let sql = format!("INSERT INTO token ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        transaction.prepare_cached(&sql)?.execute(params_from_iter(token))?;
    }
    transaction.commit()
}
