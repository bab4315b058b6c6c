// What a program's database holds, read past the program itself.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const READ = `
import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.row_factory = sqlite3.Row
json.dump([dict(row) for row in db.execute(sys.argv[2])], sys.stdout)
`;

// The rows of a query. Python brings SQLite with it; Node 20 does not.
export async function query(file, sql) {
  const { stdout } = await promisify(execFile)('python3', ['-c', READ, file, sql], { maxBuffer: 2 ** 28, timeout: 60_000 });
  return JSON.parse(stdout);
}
