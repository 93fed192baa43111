/** Suppresses the `console.error` output of a library that also returns what it prints. */

type Print = typeof console.error;

/** Suppresses the next `console.error` if it prints exactly this value, before the next microtask. */
export function muteOnce(value: unknown): void {
  const restore = replacePrint((print) => (first, ...rest) => {
    restore();
    if (first !== value) print(first, ...rest);
  });
  queueMicrotask(restore);
}

let muting = 0;
let unmute: () => void = () => {};

/** Suppresses every `console.error` whose first argument is `prefix` until `work` settles. */
export async function muteWhile<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  if (muting === 0) {
    unmute = replacePrint((print) => (first, ...rest) => {
      if (first !== prefix) print(first, ...rest);
    });
  }
  muting += 1;
  try {
    return await work();
  } finally {
    muting -= 1;
    if (muting === 0) unmute();
  }
}

/** Returns a function that restores the old `console.error`, unless other code has replaced it meanwhile. */
function replacePrint(make: (print: Print) => Print): () => void {
  const print = console.error;
  const replacement = make(print);
  console.error = replacement;
  return () => {
    if (console.error === replacement) console.error = print;
  };
}
