/** When the history of a run first had a value, and when every commit up to some time had been recorded. */
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { isProgress } from '../history/order.ts';

/** Every commit that was made before `asked` had been recorded at `recorded`; in nanoseconds. */
export interface Barrier {
  asked: number;
  recorded: number;
}

export class KnownTimes {
  readonly #times = new Map<string, number>();
  readonly #barriers: readonly Barrier[];
  #next = 0;

  constructor(events: readonly HistoryEvent[], barriers: readonly Barrier[]) {
    this.#barriers = barriers;
    for (const { f, type, key, value, time } of events) {
      // A write that is under way may still fail, while its value is committed in another way.
      const isOrigin = f === 'commit' || ((f === 'write' || f === 'start') && (type === 'ok' || type === 'info'));
      if (!isOrigin || !isProgress(value)) continue;
      for (const name of [nameOf(String(key), value, undefined), nameOf(String(key), value, value.status)]) {
        const known = this.#times.get(name);
        if (known === undefined) this.#times.set(name, time);
      }
    }
  }

  /**
   * A database answers reads of a commit before the commit is reported: the earliest time, from `time` on, at which a read of
   * this value may be placed so that no property finds it before its origin. To be called with times that hardly decrease.
   */
  after(time: number, key: string, value: ProgressValue): number {
    const known = this.#times.get(nameOf(key, value, value.status)) ?? this.#times.get(nameOf(key, value, undefined));
    if (known === undefined || known <= time) return time;
    return known <= this.#recordedAfter(time) ? known : time;
  }

  #recordedAfter(time: number): number {
    const barriers = this.#barriers;
    while (this.#next > 0 && barriers[this.#next - 1]!.asked >= time) this.#next -= 1;
    while (this.#next < barriers.length && barriers[this.#next]!.asked < time) this.#next += 1;
    return barriers[this.#next]?.recorded ?? Number.POSITIVE_INFINITY;
  }
}

function nameOf(key: string, { generation = 1, progress }: ProgressValue, status: string | undefined): string {
  return `${generation} ${progress} ${status ?? ''} ${key}`;
}
