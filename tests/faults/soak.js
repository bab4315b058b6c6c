// The long run: `node soak.js [KILLS] [CONFIRMED]`, by default 1,000 kills and 100,000 confirmed
// notifications. Prints the figures as JSON; the exit code says whether all is well.

import { shift } from './shift.js';

const [kills = 1_000, confirmed = 100_000] = process.argv.slice(2).map(Number);
const ends = [];
const figures = await shift(
  { after: (end) => ends.push(end) },
  { strike: (hub) => hub.kill(), strikes: kills, confirmed, report: (so_far) => console.error(JSON.stringify(so_far)) },
);
for (const end of ends) await end();
console.log(JSON.stringify(figures, null, 2));
const { lost, unexpected, doubled, outOfOrder, faults, late } = figures;
process.exit(lost + unexpected + doubled + outOfOrder + faults.length + late.length === 0 ? 0 : 1);
