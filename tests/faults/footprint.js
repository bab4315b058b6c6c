// What a running program holds of the computer's, by Linux's own count.

import { readdir, readFile } from 'node:fs/promises';

// Resident memory in kB, threads and descriptors.
export async function footprint(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const figure = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return { memory: figure('VmRSS'), threads: figure('Threads'), descriptors: (await readdir(`/proc/${pid}/fd`)).length };
}

// The most of each among some of these.
export function most(footprints) {
  const of = (what) => Math.max(...footprints.map((footprint) => footprint[what]));
  return { memory: of('memory'), threads: of('threads'), descriptors: of('descriptors') };
}

// Looks at a program five times a second until stopped. `sinceLast` gives what was seen since it was last asked.
export function watchFootprint(pid) {
  const seen = [];
  // The program may be gone.
  const look = () => footprint(pid).then((found) => seen.push(found), () => {});
  const timer = setInterval(look, 200);
  return { sinceLast: () => seen.splice(0), stop: () => clearInterval(timer) };
}
