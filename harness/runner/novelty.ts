/** Which events of a run are new: polls repeat, and so do their answers. */
import type { HistoryEvent } from '../history/event.ts';

export class Novelty {
  readonly #events: readonly HistoryEvent[];
  #scanned = 0;
  #newestAt = 0;
  #hasValues = false;
  /** Session that watches → the number of its polls since the last new event. */
  readonly #polls = new Map<string, number>();
  readonly #known = new Set<string>();

  /** @param events of the run so far; later ones are added to it */
  constructor(events: readonly HistoryEvent[]) {
    this.#events = events;
  }

  /** When the last new event occurred, in nanoseconds. */
  get newestAt(): number {
    return this.#newestAt;
  }

  /** Whether a value has reached a tab. */
  get hasValues(): boolean {
    return this.#hasValues;
  }

  /** Whether a tab watches. */
  get hasTabs(): boolean {
    return this.#polls.size > 0;
  }

  /** The smallest number of polls that a tab has made since the last new event; `Infinity` without tabs. */
  get pollsMin(): number {
    return Math.min(...this.#polls.values());
  }

  /** Reads the events since the last call. */
  update(): void {
    for (; this.#scanned < this.#events.length; this.#scanned += 1) this.#see(this.#events[this.#scanned]!);
  }

  #see(event: HistoryEvent): void {
    const { f, type, phase, time } = event;
    const session = String(event.session ?? event.process);
    const hasEnded = f === 'read' && type !== 'invoke';
    if (f === 'watch' && phase === 'begin') this.#polls.set(session, 0);
    if (f === 'watch' && phase === 'end') this.#polls.delete(session);
    if (type === 'ok' && (f === 'read' || f === 'receive')) this.#hasValues = true;
    if (this.#isNew(event, session)) {
      this.#newestAt = time;
      for (const each of this.#polls.keys()) this.#polls.set(each, 0);
    }
    const polls = this.#polls.get(session);
    if (hasEnded && polls !== undefined) this.#polls.set(session, polls + 1);
  }

  /** An answer is not new if the session has had it before; an error is known by its status code. */
  #isNew({ f, type, value, status_code: status }: HistoryEvent, session: string): boolean {
    if (f !== 'read' && f !== 'receive' && f !== 'show') return true;
    if (type === 'invoke') return false;
    const name = `${session} ${f} ${type === 'ok' ? JSON.stringify(value) : String(status)}`;
    if (this.#known.has(name)) return false;
    this.#known.add(name);
    return true;
  }
}
