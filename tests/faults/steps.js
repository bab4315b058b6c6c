// Programs that are killed before each of their steps in turn, a step being a change of the disk: a write, a flush, a
// name made, changed or removed. Each time the disk is looked at as the kill leaves it, and as power cuts would.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chance } from './chance.js';
import { Disk } from './power/disk.js';

// More steps than any of these programs takes.
const MANY = 2_000;

// A folder that goes with the test.
export async function folder(t) {
  const made = await mkdtemp(join(tmpdir(), 'chapfood-steps-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

// Runs the command `words(folder)` on a copy of the folder `before`, killed before step `first`, then before each
// `stride`th one after it, until it is done or ready before it comes to that. `verdict(folder)` says how the folder is;
// its words are counted.
export async function dieAtEachStep(t, { before, words, verdict, first = 1, stride = 1 }) {
  const disk = await Disk.make(t);
  const after = join(await folder(t), 'after');
  const random = chance();
  const figures = { deaths: 0, verdicts: {} };
  for (let step = first; step < MANY; step += stride) {
    await disk.reset(before);
    if (!(await disk.killed(step, words(disk.data)))) return figures;
    figures.deaths += 1;
    for (const cut of ['kill', 'power cut', 'torn power cut']) {
      if (cut === 'torn power cut') await disk.tear(random);
      await cp(cut === 'kill' ? disk.data : disk.survives, after, { recursive: true });
      const how = await verdict(after).catch((error) => `step ${step}, ${cut}: ${error.message}`);
      figures.verdicts[how] = (figures.verdicts[how] ?? 0) + 1;
      await rm(after, { recursive: true });
    }
  }
  throw new Error(`more than ${MANY} steps`);
}
