/** Sorts the beginnings and ends of the operations of a log by time, in a bounded amount of memory. */
import type { PageStore } from '../../event-pages.ts';
import type { LogEntry } from './log-line.ts';

/** The beginning, the end, or both, of an entry, at a point in time. */
export interface Mark {
  what: 'begin' | 'end' | 'both';
  /** Nanoseconds since 1970. */
  time: bigint;
  /** The number of the entry, in the order of the files. */
  number: number;
  entry: LogEntry;
}

/** Entries that are kept in memory before they are sorted into the store. */
const ENTRIES_MAX = 200_000;

/**
 * At the same time beginnings come before ends, so that the requests overlap; entries of the same time keep the order in which they
 * were added.
 */
export class MarkSorter {
  readonly #store: (() => PageStore) | undefined;
  readonly #entriesMax: number;
  #opened: PageStore | undefined;
  readonly #runs: Run[] = [];
  #marks: Mark[] = [];
  #entries = 0;

  /**
   * @param store opens a store for what exceeds the memory, if there is one
   * @param entriesMax how many entries are kept in memory
   */
  constructor(store?: () => PageStore, entriesMax: number = ENTRIES_MAX) {
    this.#store = store;
    this.#entriesMax = entriesMax;
  }

  add(entry: LogEntry): void {
    this.#marks.push(...marksOf(entry, this.#entries));
    this.#entries += 1;
    if (this.#store !== undefined && this.#marks.length >= this.#entriesMax * 2) this.#write(this.#store);
  }

  *sorted(): Generator<Mark> {
    this.#marks.sort(inOrder);
    const sources = [...this.#runs.map((run) => run.marks()), this.#marks[Symbol.iterator]()];
    yield* merged(sources);
  }

  #write(open: () => PageStore): void {
    this.#opened ??= open();
    this.#marks.sort(inOrder);
    this.#runs.push(new Run(this.#opened, this.#marks));
    this.#marks = [];
  }
}

function marksOf(entry: LogEntry, number: number): Mark[] {
  const { began, ended } = entry;
  if (began === undefined) return [{ entry, what: 'both', time: ended, number }];
  return [
    { entry, what: 'begin', time: began, number },
    { entry, what: 'end', time: ended, number },
  ];
}

function inOrder(a: Mark, b: Mark): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return Number(b.what === 'begin') - Number(a.what === 'begin') || a.number - b.number;
}

function* merged(sources: readonly Iterator<Mark>[]): Generator<Mark> {
  const heads = sources.flatMap((source) => headOf(source));
  while (heads.length > 0) {
    let least = 0;
    for (let at = 1; at < heads.length; at += 1) if (inOrder(heads[at]!.mark, heads[least]!.mark) < 0) least = at;
    const { source, mark } = heads[least]!;
    yield mark;
    heads.splice(least, 1, ...headOf(source));
  }
}

function headOf(source: Iterator<Mark>): { source: Iterator<Mark>; mark: Mark }[] {
  const next = source.next();
  return next.done === true ? [] : [{ source, mark: next.value }];
}

/** Sorted marks in a store, in pages. */
class Run {
  readonly #store: PageStore;
  readonly #pages: { place: number; length: number }[] = [];

  constructor(store: PageStore, marks: readonly Mark[]) {
    this.#store = store;
    for (let at = 0; at < marks.length; at += MARKS_PER_PAGE) {
      const bytes = Buffer.from(JSON.stringify(marks.slice(at, at + MARKS_PER_PAGE), withoutBigInts));
      this.#pages.push({ place: store.add(bytes), length: bytes.length });
    }
  }

  *marks(): Generator<Mark> {
    for (const { place, length } of this.#pages) {
      const bytes = Buffer.alloc(length);
      this.#store.read(place, bytes);
      for (const mark of JSON.parse(bytes.toString()) as StoredMark[]) yield restored(mark);
    }
  }
}

const MARKS_PER_PAGE = 512;

/** Bigints as texts; what is missing stays missing. */
interface StoredMark extends Omit<Mark, 'time' | 'entry'> {
  time: string;
  entry: Omit<LogEntry, 'ended' | 'began'> & { ended: string; began?: string };
}

function withoutBigInts(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function restored({ time, entry, ...mark }: StoredMark): Mark {
  const began = entry.began === undefined ? undefined : BigInt(entry.began);
  return { ...mark, time: BigInt(time), entry: { ...entry, ended: BigInt(entry.ended), began } };
}
