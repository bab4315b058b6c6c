// Chance that can be repeated: every run prints its seed, CHAPFOOD_SEED sets it.

export const seed = Number(process.env.CHAPFOOD_SEED ?? Date.now() % 2 ** 31);

// Mulberry32, a small generator of well-spread 32-bit numbers.
export function chance(from = seed) {
  let state = from >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    // Fisher and Yates's.
    shuffled(list) {
      const mixed = [...list];
      for (let left = mixed.length - 1; left > 0; left -= 1) {
        const chosen = between(0, left);
        [mixed[left], mixed[chosen]] = [mixed[chosen], mixed[left]];
      }
      return mixed;
    },
  };
}
