// What a program's database holds, read past the program itself.

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
// The interpreter itself: `python3` may be a script that takes five times as long to find it.
const python = run('python3', ['-c', 'import sys; print(sys.executable)']).then(({ stdout }) => stdout.trim());

const READ = `
import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.row_factory = sqlite3.Row
json.dump([dict(row) for row in db.execute(sys.argv[2])], sys.stdout)
`;

// The rows of a query. Python brings SQLite with it; Node 20 does not. `through`: see `startHub`.
export async function query(file, sql, through = []) {
  const [program, ...words] = [...through, await python, '-I', '-S', '-c', READ, file, sql];
  const { stdout } = await run(program, words, { maxBuffer: 2 ** 28, timeout: 60_000 });
  return JSON.parse(stdout);
}

const CHANGE = `
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1])) as db:
    db.executescript(sys.argv[2])
`;

// Changes the database of a program that does not run.
export async function change(file, sql) {
  await run(await python, ['-I', '-S', '-c', CHANGE, file, sql], { timeout: 60_000 });
}

// SQLite's verdict on the hub's database in `folder`, and the ids of its notifications after the id `after`. No
// program may have it open. A copy is looked at, since opening a database changes the files beside it.
export async function look(folder, after = '') {
  const copy = await mkdtemp(join(tmpdir(), 'chapfood-look-'));
  try {
    const file = (suffix, where) => join(where, `hub.sqlite3${suffix}`);
    await copyFile(file('', folder), file('', copy));
    await copyFile(file('-wal', folder), file('-wal', copy)).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const rows = await query(file('', copy), `
      SELECT integrity_check AS text FROM pragma_integrity_check(1)
      UNION ALL SELECT * FROM (SELECT id FROM entry WHERE id > '${after}' ORDER BY id)`);
    const [integrity, ...ids] = rows.map(({ text }) => text);
    return { integrity, ids };
  } finally {
    await rm(copy, { recursive: true });
  }
}
