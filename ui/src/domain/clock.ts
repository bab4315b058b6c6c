import { createSubscriber } from 'svelte/reactivity';

// Ticks only while something on screen reads it.
const everySecond = createSubscriber((update) => {
  const timer = setInterval(update, 250);
  return () => clearInterval(timer);
});
const everyMinute = createSubscriber((update) => {
  const timer = setInterval(update, 30_000);
  return () => clearInterval(timer);
});

/** Now, again every quarter of a second: a countdown must not skip a second. */
export function now(): number {
  everySecond();
  return Date.now();
}

/** Now, again twice a minute: for what changes with the day. */
export function nowByMinute(): number {
  everyMinute();
  return Date.now();
}
