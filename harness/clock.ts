/** The only way by which a run tells time or waits: real here, virtual in a simulation. */
export interface Clock {
  /** Nanoseconds since the clock was made, an integer that never decreases. */
  now(): number;
  /** Resolves after `milliseconds`, or as soon as `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export function realClock(): Clock {
  const origin = process.hrtime.bigint();
  return {
    now: () => Number(process.hrtime.bigint() - origin),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const finish = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, Math.max(0, milliseconds));
        signal?.addEventListener('abort', finish, { once: true });
      }),
  };
}

/** The date as one instance of the application sees it. */
export interface AppClock {
  /** By how many milliseconds it is ahead. */
  offsetMs: number;
}

/** The date on the wall, for names of files only: nothing in a run depends on it. */
export function wallTime(): Date {
  return new Date();
}
