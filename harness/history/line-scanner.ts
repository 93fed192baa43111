/**
 * Reads the lines that nearly all of a history consists of, straight from bytes: the fields of the format in any
 * order, without escapes in strings or exponents in numbers. It never refuses a line; of one that is unusual in any
 * way it says so, and `JSON.parse` has the word.
 */
import {
  BOOLEAN,
  CAS,
  COMMIT,
  ENDED,
  FAULT,
  INVOKE,
  NONE,
  NOTHING,
  NUMBER,
  OK,
  PROGRESS,
  READ,
  SHOW,
  TEXT,
  WATCH_BEGIN,
  WATCH_END,
  WRITE,
} from './codes.ts';
import {
  QUOTE,
  BACKSLASH,
  COMMA,
  COLON,
  MINUS,
  POINT,
  ZERO,
  NINE,
  SPACE,
  TAB,
  OPEN,
  CLOSE,
  OPEN_LIST,
  CLOSE_LIST,
  fieldNames,
  PHASE_AT,
  EXTRA,
  REQUIRED,
  types,
  operations,
  phases,
  fieldAt,
  GENERATION_PART,
  PROGRESS_PART,
  STATUS_PART,
  partAt,
  isAt,
  INDEX_AT,
  TIME_AT,
  PROCESS_AT,
  SESSION_AT,
  TYPE_AT,
  F_AT,
  KEY_AT,
  VALUE_AT,
  nullWord,
  trueWord,
  falseWord,
} from './line-words.ts';
import type { EventRow } from './columns-builder.ts';
import type { Names } from './names.ts';

/** Every integer of so many digits is exact. */
const digitsMax = 15;
const depthMax = 16;

/** What a scan returns for a line that is not for it, and each of its steps when it finds that out. */
export const UNUSUAL = -1;

export class LineScanner {
  readonly #row: EventRow;
  readonly #names: Names;
  readonly #db: number;
  readonly #completed: number;
  readonly #failed: number;
  /** The line that the steps work on: `bytes` up to a line feed or its end. */
  #bytes: Uint8Array = new Uint8Array();
  /** What the last step found. */
  #number = 0;
  #hash = 0;
  #id = NONE;
  /** The operation that the phase of the line makes of a watch; `NONE` without one. */
  #watch = NONE;

  constructor(row: EventRow, names: Names) {
    this.#row = row;
    this.#names = names;
    this.#db = names.idOf('db');
    this.#completed = names.idOf('completed');
    this.#failed = names.idOf('failed');
  }

  /** Fills the row from the line that starts here; returns where the object ends, or `UNUSUAL`. */
  scan(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== OPEN) return UNUSUAL;
    this.#bytes = bytes;
    clear(this.#row);
    this.#watch = NONE;
    let seen = 0;
    let at = start;
    do {
      at = this.#skipSpace(at + 1);
      if (bytes[at] !== QUOTE) return UNUSUAL;
      const field = fieldAt(bytes, at + 1);
      if (field !== EXTRA && (seen & (1 << field)) !== 0) return UNUSUAL;
      seen |= 1 << field;
      at = field === EXTRA ? this.#skipString(at) : at + 1 + fieldNames[field]!.length;
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipSpace(at);
      if (bytes[at] !== COLON) return UNUSUAL;
      at = this.#field(field, this.#skipSpace(at + 1));
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipSpace(at);
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE || (seen & REQUIRED) !== REQUIRED || !this.#isWellFormed()) return UNUSUAL;
    return at + 1;
  }

  #field(field: number, start: number): number {
    const row = this.#row;
    let at: number;
    switch (field) {
      case INDEX_AT:
        at = this.#integer(start);
        row.index = this.#number;
        return at;
      case TIME_AT:
        at = this.#integer(start);
        row.time = this.#number;
        return at;
      case PROCESS_AT:
        at = this.#name(start);
        row.process = this.#id;
        return at;
      case SESSION_AT:
        at = this.#name(start);
        row.session = this.#id;
        return at;
      case KEY_AT:
        at = this.#name(start);
        row.key = this.#id;
        return at;
      case TYPE_AT:
        return this.#wordInto(types, 0, start);
      case F_AT:
        return this.#wordInto(operations, 2, start);
      case VALUE_AT:
        return this.#bytes[start] === OPEN ? this.#progress(start) : this.#scalar(start);
      case PHASE_AT:
        return this.#phase(start);
      default:
        return this.#skip(start, 0);
    }
  }

  /** A `fault` may lack a key and hold any value, a `cas` holds pairs: both are for `JSON.parse`. */
  #isWellFormed(): boolean {
    const { code, process, shape } = this.#row;
    const f = code >> 2;
    const type = code & 3;
    if (f === CAS || f === FAULT) return false;
    if (f === WATCH_BEGIN) return type === OK && this.#isWatch();
    if (f >= SHOW) return type === OK && shape !== NOTHING && (f !== COMMIT || process === this.#db);
    const needsValue = f === READ ? type === OK : f === WRITE && type === INVOKE;
    return !needsValue || shape !== NOTHING;
  }

  /** Any value, unless the line turns out to be a watch. */
  #phase(at: number): number {
    if (this.#bytes[at] === QUOTE) {
      if (isAt(this.#bytes, at + 1, phases[0]!)) this.#watch = WATCH_BEGIN;
      else if (isAt(this.#bytes, at + 1, phases[1]!)) this.#watch = WATCH_END;
    }
    return this.#skip(at, 0);
  }

  #isWatch(): boolean {
    if (this.#watch === NONE) return false;
    this.#row.code = this.#watch * 4 + OK;
    return true;
  }

  #name(at: number): number {
    if (this.#bytes[at] !== QUOTE) {
      const end = this.#integer(at);
      this.#id = end === UNUSUAL ? NONE : this.#names.idOf(this.#number);
      return end;
    }
    const end = this.#string(at);
    this.#id = end === UNUSUAL ? NONE : this.#names.idOfBytes(this.#bytes, at + 1, end - 1, this.#hash);
    return end;
  }

  /** One of the words, into so many bits of the code. */
  #wordInto(words: readonly Uint8Array[], bits: number, at: number): number {
    if (this.#bytes[at] !== QUOTE) return UNUSUAL;
    for (let word = 0; word < words.length; word++) {
      if (!isAt(this.#bytes, at + 1, words[word]!)) continue;
      this.#row.code |= word << bits;
      return at + 1 + words[word]!.length;
    }
    return UNUSUAL;
  }

  #progress(start: number): number {
    const row = this.#row;
    row.shape = PROGRESS;
    row.generation = 1;
    let seen = 0;
    let at = start;
    do {
      at = this.#skipSpace(at + 1);
      if (this.#bytes[at] !== QUOTE) return UNUSUAL;
      const field = partAt(this.#bytes, at + 1);
      if ((seen & field) !== 0) return UNUSUAL;
      seen |= field;
      at = this.#skipSpace(this.#skipString(at));
      if (this.#bytes[at] !== COLON) return UNUSUAL;
      at = this.#part(field, this.#skipSpace(at + 1));
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipSpace(at);
    } while (this.#bytes[at] === COMMA);
    return this.#bytes[at] === CLOSE && (seen & PROGRESS_PART) !== 0 ? at + 1 : UNUSUAL;
  }

  #part(field: number, at: number): number {
    const row = this.#row;
    if (field === GENERATION_PART) {
      const end = this.#integer(at);
      row.generation = this.#number;
      return this.#number >= 1 ? end : UNUSUAL;
    }
    if (field === PROGRESS_PART) {
      const end = this.#decimal(at);
      row.progress = this.#number;
      return this.#number >= 0 && this.#number <= 100 ? end : UNUSUAL;
    }
    if (field !== STATUS_PART) return this.#skip(at, 1);
    const end = this.#string(at);
    if (end === UNUSUAL) return UNUSUAL;
    row.status = this.#names.idOfBytes(this.#bytes, at + 1, end - 1, this.#hash);
    if (row.status === this.#completed || row.status === this.#failed) row.shape = PROGRESS | ENDED;
    return end;
  }

  #scalar(at: number): number {
    const row = this.#row;
    const byte = this.#bytes[at];
    if (byte === QUOTE) {
      const end = this.#string(at);
      if (end === UNUSUAL) return UNUSUAL;
      row.shape = TEXT;
      row.progress = this.#names.idOfBytes(this.#bytes, at + 1, end - 1, this.#hash);
      return end;
    }
    if (isAt(this.#bytes, at, nullWord)) {
      row.shape = NUMBER;
      row.generation = -1;
      return at + nullWord.length;
    }
    for (const [word, value] of [
      [trueWord, 1],
      [falseWord, 0],
    ] as const) {
      if (!isAt(this.#bytes, at, word)) continue;
      row.shape = BOOLEAN;
      row.progress = value;
      return at + word.length;
    }
    const end = this.#decimal(at);
    row.shape = NUMBER;
    row.progress = this.#number;
    return end;
  }

  /** Digits alone, as few as are exact. */
  #integer(at: number): number {
    const bytes = this.#bytes;
    let number = 0;
    let end = at;
    for (let byte = bytes[end]!; byte >= ZERO && byte <= NINE; byte = bytes[++end]!) number = number * 10 + byte - ZERO;
    this.#number = number;
    const digits = end - at;
    return digits === 0 || digits > digitsMax || (bytes[at] === ZERO && digits > 1) ? UNUSUAL : end;
  }

  /** So few digits that the quotient of two exact integers is the nearest number there is, as `JSON.parse` finds it. */
  #decimal(start: number): number {
    const bytes = this.#bytes;
    const sign = bytes[start] === MINUS ? -1 : 1;
    const at = sign === -1 ? start + 1 : start;
    const point = this.#integer(at);
    if (point === UNUSUAL || bytes[point] !== POINT) {
      this.#number *= sign;
      return point;
    }
    let number = this.#number;
    let scale = 1;
    let end = point + 1;
    for (let byte = bytes[end]!; byte >= ZERO && byte <= NINE; byte = bytes[++end]!) {
      number = number * 10 + byte - ZERO;
      scale *= 10;
    }
    this.#number = (sign * number) / scale;
    return end === point + 1 || end - at - 1 > digitsMax ? UNUSUAL : end;
  }

  /** A string without escapes; leaves a hash of its bytes. */
  #string(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return UNUSUAL;
    let hash = 0;
    for (let end = at + 1; ; end++) {
      const byte = bytes[end]!;
      if (byte === QUOTE) {
        this.#hash = hash;
        return end + 1;
      }
      if (byte < SPACE || byte === BACKSLASH) return UNUSUAL;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
  }

  #skipString(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return UNUSUAL;
    for (let end = at + 1; ; end++) {
      const byte = bytes[end]!;
      if (byte === QUOTE) return end + 1;
      if (byte < SPACE || byte === BACKSLASH) return UNUSUAL;
    }
  }

  /** Any JSON value that is not unusual. */
  #skip(at: number, depth: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    if (byte === QUOTE) return this.#skipString(at);
    if (byte === OPEN || byte === OPEN_LIST)
      return depth < depthMax ? this.#skipNested(at, depth, byte === OPEN) : UNUSUAL;
    for (const word of [nullWord, trueWord, falseWord]) if (isAt(bytes, at, word)) return at + word.length;
    return this.#decimal(at);
  }

  #skipNested(start: number, depth: number, isObject: boolean): number {
    const bytes = this.#bytes;
    const close = isObject ? CLOSE : CLOSE_LIST;
    let at = this.#skipSpace(start + 1);
    if (bytes[at] === close) return at + 1;
    for (;;) {
      if (isObject) {
        at = this.#skipSpace(this.#skipString(at));
        if (bytes[at] !== COLON) return UNUSUAL;
        at = this.#skipSpace(at + 1);
      }
      at = this.#skip(at, depth + 1);
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipSpace(at);
      if (bytes[at] === close) return at + 1;
      if (bytes[at] !== COMMA) return UNUSUAL;
      at = this.#skipSpace(at + 1);
    }
  }

  #skipSpace(at: number): number {
    const bytes = this.#bytes;
    let end = at;
    while (bytes[end]! <= SPACE && (bytes[end] === SPACE || bytes[end] === TAB)) end++;
    return end;
  }
}

function clear(row: EventRow): void {
  row.session = NONE;
  row.code = 0;
  row.shape = NOTHING;
  row.generation = 0;
  row.progress = 0;
  row.status = NONE;
  row.from = undefined;
}
