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
// On the whole second, so that no second is skipped or shown twice.
const onTheSecond = createSubscriber((update) => {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(
      () => {
        update();
        wait();
      },
      1000 - (Date.now() % 1000),
    );
  };
  wait();
  return () => clearTimeout(timer);
});

/** Now, again every quarter of a second: a countdown must not skip a second. */
export function now(): number {
  everySecond();
  return Date.now();
}

/** Now, again at each whole second: for what shows how long something has waited. */
export function nowBySecond(): number {
  onTheSecond();
  return Date.now();
}

/** Now, again twice a minute: for what changes with the day. */
export function nowByMinute(): number {
  everyMinute();
  return Date.now();
}
