// Databases as older versions of the programs left them: made from the migrations in the sources, which never change
// once released.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { change, query } from './database.js';

export const HUB = {
  schema: 'crates/hub/src/log/schema.rs',
  file: 'hub.sqlite3',
  rows: `INSERT INTO hub (epoch) VALUES ('e');
    INSERT INTO channel (id, name, head) VALUES (1, 'bar', 1);
    INSERT INTO entry (channel_id, seq, id, accepted_at, payload) VALUES (1, 1, 'n_1', strftime('%s') * 1000, '{}');`,
};
export const STATION = {
  schema: 'crates/inbox/src/schema.rs',
  file: 'history.db',
  rows: `INSERT INTO notification (id, kind, title, message, sender, at, received_at, quarter, read, caught_up)
    SELECT 'n_1', 'info', 't', 'm', 's', now, now, now / 900000, 0, 0 FROM (SELECT strftime('%s') * 1000 AS now);`,
};

// The statements of each migration of a program, whose database of today is in the folder `today`.
export async function migrations({ schema, file }, today) {
  const source = await readFile(fileURLToPath(new URL(`../../${schema}`, import.meta.url)), 'utf8');
  const [, list] = /const MIGRATIONS: .*? = &?\[(.*?)\n\];/s.exec(source);
  const found = [...list.matchAll(/r#"(.*?)"#|r?"(.*?)"/gs)].map(([, hashed, plain]) => hashed ?? plain);
  const [{ user_version: known }] = await query(join(today, file), 'PRAGMA user_version');
  if (found.length !== known) throw new Error(`${schema} was read as ${found.length} migrations, the program has ${known}`);
  return found;
}

// Makes the database of a program that knew the migrations `known`, with a notification in it, in `folder`.
export async function makeOlder({ file, rows }, today, known, folder) {
  const [{ application_id: mark }] = await query(join(today, file), 'PRAGMA application_id');
  await change(join(folder, file), `
    PRAGMA journal_mode = wal; PRAGMA application_id = ${mark};
    BEGIN; ${known.join('\n')} ${rows} PRAGMA user_version = ${known.length}; COMMIT;`);
}
