import type { EventRow } from './event-row.ts';
import { NONE } from './codes.ts';
import type { Scalar } from './event.ts';
import type { Names } from './names.ts';
import { Float64Column, Int32Column } from './typed-columns.ts';

/** Keeps pages of bytes outside of memory. */
export interface PageStore {
  /** @returns where the page is */
  add(page: Uint8Array): number;
  /** Fills `page` with the bytes at this place. */
  read(place: number, page: Uint8Array): void;
}

const DOUBLES = 4;
const INTEGERS = 6;
export const BYTES_PER_EVENT: number = DOUBLES * 8 + INTEGERS * 4;

/** Rows of events in the order of the history, in pages: the last one in memory, the others in the store. */
export class EventPages {
  readonly #store: PageStore;
  readonly #page: Page;
  /** Of the pages in the store. */
  readonly #places: number[] = [];
  #length = 0;

  /** @param capacity how many events a page holds */
  constructor(store: PageStore, capacity: number) {
    this.#store = store;
    this.#page = new Page(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** @param names for the expected value of a `cas`, which is kept as JSON */
  add(row: EventRow, line: number, names: Names): void {
    const at = this.#length % this.#page.capacity;
    if (at === 0 && this.#length > 0) this.#places.push(this.#store.add(this.#page.bytes));
    this.#page.write(at, row, line, names);
    this.#length += 1;
  }

  /**
   * Fills the row with one event after another; the names in it are those of the whole history.
   * @param visit gets the place where the line of the event starts
   */
  each(row: EventRow, names: Names, visit: (line: number) => void): void {
    const page = new Page(this.#page.capacity);
    for (const place of this.#places) {
      this.#store.read(place, page.bytes);
      for (let at = 0; at < page.capacity; at += 1) visit(page.read(at, row, names));
    }
    const rest = this.#length - this.#places.length * page.capacity;
    for (let at = 0; at < rest; at += 1) visit(this.#page.read(at, row, names));
  }
}

/** Each event has four doubles (time, generation, progress, line) and six integers. */
class Page {
  readonly capacity: number;
  readonly bytes: Uint8Array;
  readonly #doubles: Float64Column;
  readonly #integers: Int32Column;

  constructor(capacity: number) {
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity * BYTES_PER_EVENT);
    this.bytes = new Uint8Array(buffer);
    this.#doubles = new Float64Column(buffer, 0, capacity * DOUBLES);
    this.#integers = new Int32Column(buffer, capacity * DOUBLES * 8, capacity * INTEGERS);
  }

  write(at: number, row: EventRow, line: number, names: Names): void {
    const doubles = this.#doubles;
    const integers = this.#integers;
    const double = at * DOUBLES;
    doubles[double] = row.time;
    doubles[double + 1] = row.generation;
    doubles[double + 2] = row.progress;
    doubles[double + 3] = line;
    const integer = at * INTEGERS;
    integers[integer] = row.index;
    integers[integer + 1] = row.process;
    integers[integer + 2] = row.session;
    integers[integer + 3] = row.key;
    // A scalar has no status.
    integers[integer + 4] = row.from === undefined ? row.status : names.idOf(JSON.stringify(row.from));
    integers[integer + 5] = row.code | (row.shape << 8) | (row.from === undefined ? 0 : HAS_FROM);
  }

  /** @returns where the line of the event starts */
  read(at: number, row: EventRow, names: Names): number {
    const doubles = this.#doubles;
    const integers = this.#integers;
    const double = at * DOUBLES;
    row.time = doubles.get(double);
    row.generation = doubles.get(double + 1);
    row.progress = doubles.get(double + 2);
    const integer = at * INTEGERS;
    row.process = integers.get(integer + 1);
    row.session = integers.get(integer + 2);
    row.key = integers.get(integer + 3);
    const kinds = integers.get(integer + 5);
    const hasFrom = (kinds & HAS_FROM) !== 0;
    const status = integers.get(integer + 4);
    row.status = hasFrom ? NONE : status;
    row.from = hasFrom ? (JSON.parse(names.nameOf(status)) as Scalar) : undefined;
    row.code = kinds & 0xff;
    row.shape = (kinds >> 8) & 0xff;
    row.index = integers.get(integer) >>> 0;
    return doubles.get(double + 3);
  }
}

const HAS_FROM: number = 1 << 16;
