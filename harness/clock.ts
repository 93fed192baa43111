/** The only way for a run to read the time or to wait: real time here, virtual time in a simulation. */
export interface Clock {
  /** Nanoseconds since the clock was created, an integer that never decreases. */
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

/** The clock of one instance of the application, which may be wrong. */
export interface AppClock {
  /** How far the clock is ahead, in milliseconds; negative when it is behind. */
  offsetMs: number;
}

/** The current wall-clock time, for file names, tokens that expire and the time limit of a test; what happens in a run does not depend on it. */
export function wallTime(): Date {
  return new Date();
}
