/** Keeps a library that prints what it also returns from doing so on our terminal. */

type Print = typeof console.error;

/** Swallows the next `console.error` of this very value, if it comes at once. */
export function muteOnce(value: unknown): void {
  const restore = replacePrint((print) => (first, ...rest) => {
    restore();
    if (first !== value) print(first, ...rest);
  });
  queueMicrotask(restore);
}

let muting = 0;
let unmute: () => void = () => {};

/** Swallows every `console.error` that starts with `prefix` while `work` is under way. */
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

/** Returns what puts the old one back, unless somebody else replaced it meanwhile. */
function replacePrint(make: (print: Print) => Print): () => void {
  const print = console.error;
  const replacement = make(print);
  console.error = replacement;
  return () => {
    if (console.error === replacement) console.error = print;
  };
}
