/**
 * Reads the common kinds of lines directly from bytes: the fields of the format in any order, without escapes in
 * strings or exponents in numbers. It never refuses a line; it reports any other line as unusual, to be read by
 * `JSON.parse`.
 */
import { itemAt } from '../required.ts';
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
import type { EventRow } from './event-row.ts';
import { UNUSUAL, falseWord, isAt, nullWord, skipSpace, skipString, skipValue, trueWord } from './json-skip.ts';
import type { Names } from './names.ts';

/** Ends a line; the end of the bytes counts as one. */
const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** A word with its closing quote. */
const quoted = (word: string): Uint8Array => Buffer.from(`${word}"`);

const fieldNames = ['index', 'time', 'process', 'session', 'type', 'f', 'key', 'value', 'phase'].map(quoted);
const [INDEX_AT, TIME_AT, PROCESS_AT, SESSION_AT, TYPE_AT, F_AT, KEY_AT, VALUE_AT] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const PHASE_AT = 8;
const EXTRA = 9;
/** Bits of the fields that every event except a fault must have. */
const REQUIRED = (1 << INDEX_AT) | (1 << TIME_AT) | (1 << PROCESS_AT) | (1 << TYPE_AT) | (1 << F_AT) | (1 << KEY_AT);

const types = ['invoke', 'ok', 'fail', 'info'].map(quoted);
const operations = ['read', 'write', 'start', 'cas', 'show', 'commit', 'fault', 'receive', 'watch'].map(quoted);
/** The statuses that end a generation. */
const endings = ['completed', 'failed'].map((name) => ({ name, word: quoted(name) }));
const [phaseBegin, phaseEnd] = [quoted('begin'), quoted('end')];
const [generationName, progressName, statusName] = ['generation', 'progress', 'status'].map(quoted) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** Every integer with this many digits is exact. */
const digitsMax = 15;
const statusesMax = 8;

export class LineScanner {
  readonly #row: EventRow;
  readonly #names: Names;
  readonly #db: number;
  /** The first few statuses of the history: the word with its closing quote, and the shape of a value that has it. */
  readonly #statuses: { word: Uint8Array; id: number; shape: number }[];
  /** The bytes with the current line, which extends to a line feed or the end. */
  #bytes: Uint8Array = new Uint8Array();
  /** The results of the last method that read a number, a string or a name. */
  #number = 0;
  #hash = 0;
  #id = NONE;
  /** `WATCH_BEGIN` or `WATCH_END`, from the phase of the line; `NONE` without one. */
  #watch = NONE;

  constructor(row: EventRow, names: Names) {
    this.#row = row;
    this.#names = names;
    this.#db = names.idOf('db');
    this.#statuses = endings.map(({ name, word }) => ({ word, id: names.idOf(name), shape: PROGRESS | ENDED }));
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
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return UNUSUAL;
      const field = fieldAt(bytes, at + 1);
      if (field !== EXTRA && (seen & (1 << field)) !== 0) return UNUSUAL;
      seen |= 1 << field;
      at = field === EXTRA ? skipString(bytes, at) : at + 1 + itemAt(fieldNames, field).length;
      if (at === UNUSUAL) return UNUSUAL;
      at = skipSpace(bytes, at);
      if (bytes[at] !== COLON) return UNUSUAL;
      at = this.#field(field, skipSpace(bytes, at + 1));
      if (at === UNUSUAL) return UNUSUAL;
      at = skipSpace(bytes, at);
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
        return skipValue(this.#bytes, start, 0);
    }
  }

  /** A `fault` may lack a key and hold any value, a `cas` holds pairs: both are left to `JSON.parse`. */
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

  /** Only a watch must have a valid phase; for other events it may be any value. */
  #phase(at: number): number {
    if (this.#bytes[at] === QUOTE) {
      if (isAt(this.#bytes, at + 1, phaseBegin)) this.#watch = WATCH_BEGIN;
      else if (isAt(this.#bytes, at + 1, phaseEnd)) this.#watch = WATCH_END;
    }
    return skipValue(this.#bytes, at, 0);
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

  /** Reads one of the words and sets `bits` of the code to its index. */
  #wordInto(words: readonly Uint8Array[], bits: number, at: number): number {
    if (this.#bytes[at] !== QUOTE) return UNUSUAL;
    for (let word = 0; word < words.length; word++) {
      if (!isAt(this.#bytes, at + 1, itemAt(words, word))) continue;
      this.#row.code |= word << bits;
      return at + 1 + itemAt(words, word).length;
    }
    return UNUSUAL;
  }

  #progress(start: number): number {
    const row = this.#row;
    const bytes = this.#bytes;
    row.shape = PROGRESS;
    row.generation = 1;
    let seen = 0;
    let at = start;
    do {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return UNUSUAL;
      const field = partAt(bytes, at + 1);
      if ((seen & field) !== 0) return UNUSUAL;
      seen |= field;
      at = skipSpace(bytes, skipString(bytes, at));
      if (bytes[at] !== COLON) return UNUSUAL;
      at = this.#part(field, skipSpace(bytes, at + 1));
      if (at === UNUSUAL) return UNUSUAL;
      at = skipSpace(bytes, at);
    } while (bytes[at] === COMMA);
    return bytes[at] === CLOSE && (seen & PROGRESS_PART) !== 0 ? at + 1 : UNUSUAL;
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
    return field === STATUS_PART ? this.#status(at) : skipValue(this.#bytes, at, 1);
  }

  /** A history has few statuses: comparing with each is faster than looking one up among all names. */
  #status(at: number): number {
    const row = this.#row;
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return UNUSUAL;
    for (let i = 0; i < this.#statuses.length; i++) {
      const { word, id, shape } = itemAt(this.#statuses, i);
      if (!isAt(bytes, at + 1, word)) continue;
      row.status = id;
      row.shape = shape;
      return at + 1 + word.length;
    }
    const end = this.#string(at);
    if (end === UNUSUAL) return UNUSUAL;
    row.status = this.#names.idOfBytes(bytes, at + 1, end - 1, this.#hash);
    if (this.#statuses.length < statusesMax) {
      this.#statuses.push({ word: new Uint8Array(bytes.subarray(at + 1, end)), id: row.status, shape: PROGRESS });
    }
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

  /** Digits only, few enough to be exact. */
  #integer(at: number): number {
    const bytes = this.#bytes;
    let number = 0;
    let end = at;
    for (let byte = bytes[end] ?? LF; byte >= ZERO && byte <= NINE; byte = bytes[++end] ?? LF)
      number = number * 10 + byte - ZERO;
    this.#number = number;
    const digits = end - at;
    return digits === 0 || digits > digitsMax || (bytes[at] === ZERO && digits > 1) ? UNUSUAL : end;
  }

  /**
   * With few enough digits the quotient of two exact integers is the nearest number, the same as that of `JSON.parse`.
   */
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
    for (let byte = bytes[end] ?? LF; byte >= ZERO && byte <= NINE; byte = bytes[++end] ?? LF) {
      number = number * 10 + byte - ZERO;
      scale *= 10;
    }
    this.#number = (sign * number) / scale;
    return end === point + 1 || end - at - 1 > digitsMax ? UNUSUAL : end;
  }

  /** A string without escapes; sets `#hash` to a hash of its bytes. */
  #string(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return UNUSUAL;
    let hash = 0;
    for (let end = at + 1; ; end++) {
      const byte = bytes[end] ?? LF;
      if (byte === QUOTE) {
        this.#hash = hash;
        return end + 1;
      }
      if (byte < SPACE || byte === BACKSLASH) return UNUSUAL;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
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

function fieldAt(bytes: Uint8Array, at: number): number {
  const field = candidateOf(bytes[at] ?? LF, bytes[at + 1] ?? LF);
  return field !== EXTRA && isAt(bytes, at, itemAt(fieldNames, field)) ? field : EXTRA;
}

/** The only field whose name can begin with these bytes. */
function candidateOf(first: number, second: number): number {
  switch (first) {
    case 0x69:
      return INDEX_AT;
    case 0x74:
      return second === 0x69 ? TIME_AT : TYPE_AT;
    case 0x70:
      return second === 0x68 ? PHASE_AT : PROCESS_AT;
    case 0x73:
      return SESSION_AT;
    case 0x66:
      return F_AT;
    case 0x6b:
      return KEY_AT;
    case 0x76:
      return VALUE_AT;
    default:
      return EXTRA;
  }
}

/** Bits of the parts of a progress; 0 stands for all others. */
const GENERATION_PART = 1;
const PROGRESS_PART = 2;
const STATUS_PART = 4;

function partAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x67:
      return isAt(bytes, at, generationName) ? GENERATION_PART : 0;
    case 0x70:
      return isAt(bytes, at, progressName) ? PROGRESS_PART : 0;
    case 0x73:
      return isAt(bytes, at, statusName) ? STATUS_PART : 0;
    default:
      return 0;
  }
}
