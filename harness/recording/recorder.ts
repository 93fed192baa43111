/** Records the events of a run in one order, passes them to listeners, and writes them as they happen. */
import type { Clock } from '../clock.ts';
import { formatEvent, formatHeader } from '../history/codec.ts';
import type { EventBody, History, HistoryEvent, HistoryHeader } from '../history/event.ts';

type Listener = (event: HistoryEvent) => void;

/** Writes the lines of a history; may throw, for example when the disk is full. */
export interface LineSink {
  write(line: string): void;
}

export class Recorder {
  readonly #clock: Clock;
  readonly #sink: LineSink | undefined;
  readonly #header: HistoryHeader;
  readonly #events: HistoryEvent[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #onSinkFailure: (error: Error) => void;
  #closed = false;
  #isSinkBroken = false;

  /** @param onSinkFailure called once, if the sink throws; after that the history is kept only in memory */
  constructor(clock: Clock, header: HistoryHeader, sink: LineSink | undefined, onSinkFailure: (error: Error) => void) {
    this.#clock = clock;
    this.#sink = sink;
    this.#header = header;
    this.#onSinkFailure = onSinkFailure;
    this.#write(formatHeader, header);
  }

  get history(): History {
    return { header: this.#header, events: this.#events };
  }

  /**
   * Turns `body` into an event and appends it; the caller must not use `body` afterwards. Events after `close` are not
   * recorded.
   */
  record(body: EventBody): HistoryEvent {
    const index = this.#events.length;
    const before = this.#events.at(-1)?.time ?? 0;
    const event = body as HistoryEvent;
    event.index = index;
    event.time = Math.max(this.#clock.now(), before);
    if (this.#closed) return event;
    this.#events.push(event);
    this.#write(formatEvent, event);
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  close(): void {
    this.#closed = true;
  }

  #write<T>(format: (entry: T) => string, entry: T): void {
    if (this.#sink === undefined || this.#isSinkBroken) return;
    try {
      this.#sink.write(format(entry));
    } catch (error) {
      this.#isSinkBroken = true;
      this.#onSinkFailure(error as Error);
    }
  }

  /** Calls `listener` for every later event; returns a function that stops it. */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * Names of processes. Each has at most one operation in flight, and is not used again after an operation that ended in
 * `info`. The first process of an actor has the base name, the others are `NAME-2`, `NAME-3`, …
 */
export class ProcessNames {
  /** Released names by base, the next one last. */
  readonly #free = new Map<string, string[]>();
  readonly #made = new Map<string, number>();

  take(base: string): string {
    const free = this.#free.get(base)?.pop();
    if (free !== undefined) return free;
    const count = (this.#made.get(base) ?? 0) + 1;
    this.#made.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  }

  /** Releases a name after an operation that ended in `ok` or `fail`. */
  release(base: string, name: string): void {
    const free = this.#free.get(base) ?? [];
    free.push(name);
    if (free.length > 1) free.sort((a, b) => b.length - a.length || (a < b ? 1 : -1));
    else this.#free.set(base, free);
  }
}
