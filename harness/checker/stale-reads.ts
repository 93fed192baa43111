/** Finds reads that are contradictions by themselves: they missed a value that had been acknowledged before. */
import { FAIL, NONE, PROGRESS, READ_INVOKE, READ_OK, SHAPE, beginsWrite, completesWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { itemAt } from '../required.ts';
import { Int32Column, Uint32Column, Uint8Column } from '../history/typed-columns.ts';
import type { Contradiction } from './contradiction.ts';
import { describeEvent } from './decrease.ts';

/** A value that the register certainly held, at some time after `begin` and before the event that shows it. */
interface Acknowledged {
  value: number;
  /** The invoke of a write, or of the read that shows the value. */
  begin: number;
  /** The completion of the write or of the read. */
  shownBy: number;
}

/** The acknowledged value that began last, and the last one of another value. */
interface Newest {
  newest: Acknowledged;
  other: Acknowledged | undefined;
}

/** Of the writes of a key, and of its writes and reads. */
interface Known {
  written: Newest | undefined;
  held: Newest | undefined;
}

/**
 * By key: the stale read that ends first, of those that no other operation is needed to explain. All writes of the value
 * that it returned had taken effect before the register held another value, which was acknowledged before the read
 * began.
 */
export function firstStaleReads(history: HistoryColumns): Map<number, Contradiction> {
  const found = new Map<number, Contradiction>();
  const { code, key, process, length } = history;
  const past = new Past(history);
  /** By process: what had been acknowledged when its read began. */
  const known: Known[] = [];
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_INVOKE) known[process.get(at)] = past.knownOf(key.get(at));
    else if (beginsWrite(what)) past.begin(at);
    else if (completesWrite(what)) past.complete(at);
    else if (what === READ_OK) {
      past.observe(at);
      if (found.has(key.get(at))) continue;
      const missed = missedBy(history.values.ids.get(at), itemAt(known, process.get(at)));
      const proof = missed.find(({ begin }) => past.isGoneBy(at, begin));
      if (proof !== undefined) found.set(key.get(at), describeStaleRead(history, at, proof, past.lastShownBy(at)));
    }
  }
  return found;
}

/** Other values that a read of this one missed; the one that a write acknowledged comes first. */
function missedBy(value: number, { written, held }: Known): Acknowledged[] {
  return [written, held].flatMap((known) => (known?.newest.value === value ? known.other : known?.newest) ?? []);
}

/** What is known of the writes of each value, up to the current event. */
class Past {
  readonly #history: HistoryColumns;
  /** By value: how many writes of it began, and how many of them have not completed. */
  readonly #writes: Uint32Column;
  readonly #open: Int32Column;
  /** By value: the first end of any operation with it, and the last end of a write. */
  readonly #firstEnd: Int32Column;
  readonly #lastEnd: Int32Column;
  /** By key. */
  readonly #written = new Map<number, Newest>();
  readonly #held = new Map<number, Newest>();
  /** By key: whether a start of an unknown generation has begun. */
  readonly #openStarts: Uint8Column;

  constructor(history: HistoryColumns) {
    const { count } = history.values;
    this.#history = history;
    this.#writes = new Uint32Column(count);
    this.#open = new Int32Column(count);
    this.#firstEnd = new Int32Column(count).fill(NONE);
    this.#lastEnd = new Int32Column(count).fill(NONE);
    this.#openStarts = new Uint8Column(history.names.count);
  }

  knownOf(key: number): Known {
    return { written: this.#written.get(key), held: this.#held.get(key) };
  }

  begin(invoke: number): void {
    const { key, values } = this.#history;
    if (this.#history.outcomeOf(invoke) === FAIL) return;
    const written = this.#history.writtenAt(invoke);
    if (written === NONE) {
      this.#openStarts[key.get(invoke)] = 1;
      return;
    }
    const value = values.ids.get(written);
    this.#writes.add(value, 1);
    this.#open.add(value, 1);
  }

  complete(at: number): void {
    const { key, mate, values } = this.#history;
    const value = values.ids.get(at);
    if (value === NONE) return;
    this.#open.add(value, -1);
    this.#lastEnd[value] = at;
    if (this.#firstEnd[value] === NONE) this.#firstEnd[value] = at;
    const held = { value, begin: mate.get(at), shownBy: at };
    acknowledge(this.#written, key.get(at), held);
    acknowledge(this.#held, key.get(at), held);
  }

  observe(read: number): void {
    const { key, mate, values } = this.#history;
    const value = values.ids.get(read);
    if (this.#firstEnd[value] === NONE) this.#firstEnd[value] = read;
    acknowledge(this.#held, key.get(read), { value, begin: mate.get(read), shownBy: read });
  }

  /** Whether every write of the value that was read had certainly taken effect before the event `begin`. */
  isGoneBy(read: number, begin: number): boolean {
    const { key, values } = this.#history;
    const value = values.ids.get(read);
    if (this.#isPerhapsStarted(read)) return false;
    if (this.#writes[value] === 0) return values.initial[key.get(read)] === value;
    return this.#isWrittenOnce(read)
      ? this.#firstEnd.get(value) < begin
      : this.#open[value] === 0 && this.#lastEnd.get(value) < begin;
  }

  /** The event that shows that the value that was read had been written; `NONE` for an initial value. */
  lastShownBy(read: number): number {
    const value = this.#history.values.ids.get(read);
    if (this.#writes[value] === 0) return NONE;
    return this.#isWrittenOnce(read) ? this.#firstEnd.get(value) : this.#lastEnd.get(value);
  }

  #isWrittenOnce(read: number): boolean {
    const { key, values } = this.#history;
    const value = values.ids.get(read);
    return this.#writes[value] === 1 && values.initial[key.get(read)] !== value;
  }

  /** Whether the value may be that of a start whose generation is unknown. */
  #isPerhapsStarted(read: number): boolean {
    const { key, shape, progress } = this.#history;
    return this.#openStarts[key.get(read)] === 1 && (shape.get(read) & SHAPE) === PROGRESS && progress[read] === 0;
  }
}

function acknowledge(byKey: Map<number, Newest>, key: number, held: Acknowledged): void {
  const known = byKey.get(key);
  if (known === undefined) byKey.set(key, { newest: held, other: undefined });
  else if (held.begin > known.newest.begin) {
    byKey.set(key, { newest: held, other: held.value === known.newest.value ? known.other : known.newest });
  } else if (held.value !== known.newest.value && held.begin > (known.other?.begin ?? NONE)) {
    byKey.set(key, { ...known, other: held });
  }
}

function describeStaleRead(
  history: HistoryColumns,
  read: number,
  { begin, shownBy }: Acknowledged,
  before: number,
): Contradiction {
  const [stale, missed] = [describeEvent(history, read, shownBy), describeEvent(history, shownBy, read)];
  const witness = history.sessionName(shownBy);
  const isRead = history.code[shownBy] === READ_OK;
  const evidence = isRead ? `${witness} had read` : `had been acknowledged to ${witness}`;
  return {
    events: [before, isRead ? NONE : begin, shownBy, read].filter((event) => event !== NONE).toSorted((a, b) => a - b),
    end: read,
    sentence: `${history.sessionName(read)} read ${stale} of ${history.keyName(read)} and missed ${missed}, which ${evidence}`,
  };
}
