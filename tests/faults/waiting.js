// Waiting that ends. Faults strike at random moments, and a crew is given time to catch up: here time itself is
// the matter.

const DRAIN = 60_000;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Waits until `holds`; gives null, or words for what did not come about.
export async function until(what, holds, milliseconds = DRAIN) {
  const deadline = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > deadline) return `not within ${milliseconds} ms: ${what}`;
    await pause(20);
  }
  return null;
}
