// Copies of a hub's database that are interrupted, as they are taken and as they are put back.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { look } from './database.js';
import { dieAtEachStep, folder } from './steps.js';
import { connect } from '../stock/support/client.js';
import { PROGRAM, startHub } from '../stock/support/hub.js';

const chapfood = (...words) => promisify(execFile)(PROGRAM, words, { timeout: 20_000 });

// The folder of a hub that was killed after its second order, and a copy from after the first one, with their ids.
async function shop(t) {
  const data = await folder(t);
  const copy = join(await folder(t), 'copy');
  const hub = await startHub(t, { data });
  const till = await connect(t, hub);
  const sell = async (title) => (await till.send({ channel: 'bar', title, message: 'm' })).notificationId;
  const first = await sell('1');
  await chapfood('backup', '--data', data, copy);
  const second = await sell('2');
  await hub.kill();
  return { data, copy, older: [first], newer: [first, second] };
}

// Which of these the hub that starts on `data` has.
export async function serves(t, data, known) {
  const hub = await startHub(t, { data });
  await hub.kill();
  const { integrity, ids } = await look(data);
  if (integrity !== 'ok') throw new Error(integrity);
  const found = Object.entries(known).find(([, expected]) => expected.join() === ids.join());
  if (!found) throw new Error(`the hub started with ${ids.length} notifications: ${ids}`);
  return found[0];
}

// A restore is killed before each of its steps: the hub that starts then has what was there, or the copy. With the copy,
// what was there is kept, and can be put back.
export async function interruptedRestores(t, steps = {}) {
  const { data, copy, older, newer } = await shop(t);
  return dieAtEachStep(t, {
    ...steps, before: data, words: (folder) => [PROGRAM, 'restore', '--data', folder, copy],
    verdict: async (folder) => {
      const found = await serves(t, folder, { older, newer });
      if (found === 'newer') return found;
      const kept = (await readdir(folder)).find((name) => /before-restore-\d+$/.test(name));
      await chapfood('restore', '--data', folder, join(folder, kept));
      await serves(t, folder, { newer });
      return found;
    },
  });
}

// Backups of a running hub are killed before each of their steps: the hub goes on, and a copy is whole or absent.
export async function interruptedBackups(t, steps = {}) {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const sell = async () => (await till.send({ channel: 'bar', title: 't', message: 'm' })).notificationId;
  const sold = [await sell()];
  const figures = await dieAtEachStep(t, {
    ...steps, before: await folder(t), words: (folder) => [PROGRAM, 'backup', '--data', hub.data, join(folder, 'copy')],
    verdict: async (folder) => {
      sold.push(await sell());
      if (!(await readdir(folder)).includes('copy')) return 'no copy';
      await chapfood('restore', '--data', folder, join(folder, 'copy'));
      return serves(t, folder, { whole: sold.slice(0, -1) });
    },
  });
  await hub.kill();
  return { ...figures, hub: await serves(t, hub.data, { whole: sold }) };
}
