/** Seeded randomness for plans: every name has its own stream, so removing one actor does not affect the others. */
export interface Draw {
  /** The next integer of the stream `name`, from `min` to `max` inclusive. */
  (name: string, min: number, max: number): number;
}

export function drawFrom(seed: number): Draw {
  const streams = new Map<string, () => number>();
  return (name, min, max) => {
    let next = streams.get(name);
    if (next === undefined) streams.set(name, (next = stream(seed, name)));
    return min + Math.floor(next() * (max - min + 1));
  };
}

function stream(seed: number, name: string): () => number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mulberry32(hash);
}

/** mulberry32 by Tommy Ettinger (public domain): 32 bits of state, numbers in [0, 1). */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
