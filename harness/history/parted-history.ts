/** A history on disk, in parts that fit into memory. No key is in two parts. */
import { ColumnsBuilder, sequenceProblem } from './columns-builder.ts';
import { emptyRow, type EventRow } from './event-row.ts';
import { COMMIT_OK, FAULT, INVOKE, NONE, SHAPE, SHOW, SHOW_OK, TEXT, WATCH_BEGIN } from './codes.ts';
import type { HistoryColumns } from './columns.ts';
import { EventPages, type PageStore } from './event-pages.ts';
import type { EventSink } from './event-sink.ts';
import type { HistoryEvent, HistoryHeader } from './event.ts';
import { itemAt } from '../required.ts';
import { Names } from './names.ts';
import { ProcessLedger } from './process-ledger.ts';
import { Float64Column, Int32Column, Uint32Column } from './typed-columns.ts';

/** Some events of a history, with indices of their own. */
export interface HistoryPart {
  history: HistoryColumns;
  /** By event: its index in the whole history. */
  indices: Uint32Column;
}

/** Reads lines of the input again. */
export interface LineSource {
  /** The line that starts at this byte. */
  lineAt(start: number): string;
}

export interface PartsLimits {
  /** How many parts there are. All events of a key are in one of them, in none of them are faults. */
  parts: number;
  /** How many events of each part are in memory while the history is read. */
  pageEvents: number;
}

/** An index takes four bytes. */
const EVENTS_MAX: number = 2 ** 32 - 1;

/** Sorts the events of a history into parts while it is read. */
export class PartsSink implements EventSink {
  readonly row: EventRow = emptyRow();
  readonly names = new Names();
  readonly #ledger = new ProcessLedger(this.names);
  readonly #parts: readonly EventPages[];
  readonly #faults: EventPages;
  #blockStart = 0;
  #read = 0;
  #length = 0;
  #time = 0;
  readonly #eventsOfKeys: number[] = [];
  #recordsShows = false;
  #recordsWatches = false;
  #commits = 0;

  constructor(store: PageStore, { parts, pageEvents }: PartsLimits) {
    this.#parts = Array.from({ length: parts }, () => new EventPages(store, pageEvents));
    this.#faults = new EventPages(store, pageEvents);
  }

  addBlock(bytes: Uint8Array): void {
    this.#blockStart = this.#read;
    this.#read += bytes.length;
  }

  append(start: number): string | undefined {
    const { row } = this;
    const problem = sequenceProblem(row, this.#length, this.#time) ?? this.#ledger.problem(row);
    if (this.#length === EVENTS_MAX) return `a history has at most ${EVENTS_MAX} events`;
    if (problem !== undefined) return problem;
    const { code, key } = row;
    const f = code >> 2;
    if (f < SHOW) {
      if ((code & 3) === INVOKE) this.#ledger.begin(row);
      else this.#ledger.complete(row);
    }
    if (code === SHOW_OK) this.#recordsShows = true;
    if (f >= WATCH_BEGIN) this.#recordsWatches = true;
    if (code === COMMIT_OK) this.#commits += 1;
    if (f !== FAULT) this.#eventsOfKeys[key] = (this.#eventsOfKeys[key] ?? 0) + 1;
    const part = f === FAULT ? this.#faults : itemAt(this.#parts, key % this.#parts.length);
    part.add(row, this.#blockStart + start, this.names);
    this.#time = row.time;
    this.#length += 1;
    return undefined;
  }

  finish(header: HistoryHeader | undefined, lines: LineSource): PartedHistory {
    return new PartedHistory({
      header,
      lines,
      length: this.#length,
      commits: this.#commits,
      names: this.names,
      parts: this.#parts.filter(({ length }) => length > 0),
      faults: this.#faults,
      eventsOfKeys: this.#eventsOfKeys,
      recordsShows: this.#recordsShows,
      recordsWatches: this.#recordsWatches,
    });
  }
}

interface PartedHistoryParts {
  header: HistoryHeader | undefined;
  lines: LineSource;
  length: number;
  commits: number;
  names: Names;
  parts: readonly EventPages[];
  faults: EventPages;
  /** By id of the key. */
  eventsOfKeys: readonly (number | undefined)[];
  recordsShows: boolean;
  recordsWatches: boolean;
}

export class PartedHistory {
  readonly header: HistoryHeader | undefined;
  readonly length: number;
  readonly commits: number;
  readonly #whole: PartedHistoryParts;

  constructor(whole: PartedHistoryParts) {
    this.header = whole.header;
    this.length = whole.length;
    this.commits = whole.commits;
    this.#whole = whole;
  }

  /** A part without events, which knows what the whole history records. */
  get empty(): HistoryColumns {
    return new PartBuilder(this.#whole, 0).finish().history;
  }

  get faults(): HistoryPart {
    return this.#load(this.#whole.faults);
  }

  /** How many events have this key. */
  eventsOf(key: string): number {
    const id = this.#whole.names.find(key);
    return id === undefined ? 0 : (this.#whole.eventsOfKeys[id] ?? 0);
  }

  /** Loads one part after another; memory holds one of them, unless the caller keeps more. Faults are in none. */
  *parts(): Generator<HistoryPart> {
    for (const part of this.#whole.parts) yield this.#load(part);
  }

  /** All parts, and the faults. */
  *withFaults(): Generator<HistoryColumns> {
    for (const { history } of this.parts()) yield history;
    yield this.faults.history;
  }

  /** The wanted events of all parts together, and the faults. An operation is wanted with both of its events. */
  extract(isWanted: (part: HistoryPart, at: number) => boolean): HistoryPart {
    const { parts, faults, names } = this.#whole;
    const found: { row: EventRow; line: number }[] = [];
    const row = emptyRow();
    for (const pages of parts) {
      const part = this.#load(pages);
      let at = 0;
      pages.each(row, names, (line) => {
        if (isWanted(part, at++)) found.push({ row: { ...row }, line });
      });
    }
    faults.each(row, names, (line) => found.push({ row: { ...row }, line }));
    found.sort((a, b) => a.row.index - b.row.index);
    const builder = new PartBuilder(this.#whole, found.length);
    for (const { row: each, line } of found) {
      Object.assign(builder.row, each);
      builder.append(line);
    }
    return builder.finish();
  }

  #load(pages: EventPages): HistoryPart {
    const builder = new PartBuilder(this.#whole, pages.length);
    pages.each(builder.row, this.#whole.names, (line) => builder.append(line));
    return builder.finish();
  }
}

/** Builds the columns of a part, which has names and indices of its own. */
class PartBuilder {
  /** With the names and the index of the whole history. */
  readonly row: EventRow = emptyRow();
  readonly #whole: PartedHistoryParts;
  readonly #builder: ColumnsBuilder;
  /** By name of the whole history: its id in the part, plus one. */
  readonly #ids: Int32Column;
  readonly #indices: Uint32Column;
  readonly #lines: Float64Column;

  constructor(whole: PartedHistoryParts, length: number) {
    this.#whole = whole;
    this.#builder = new ColumnsBuilder(length);
    this.#ids = new Int32Column(whole.names.count);
    this.#indices = new Uint32Column(length);
    this.#lines = new Float64Column(length);
  }

  append(line: number): void {
    const [from, to] = [this.row, this.#builder.row];
    const at = this.#builder.length;
    to.index = at;
    to.time = from.time;
    to.process = this.#idOf(from.process);
    to.session = from.session === NONE ? NONE : this.#idOf(from.session);
    to.key = from.key === NONE ? NONE : this.#idOf(from.key);
    to.code = from.code;
    to.shape = from.shape;
    to.generation = from.generation;
    to.progress = (from.shape & SHAPE) === TEXT ? this.#idOf(from.progress) : from.progress;
    to.status = from.status === NONE ? NONE : this.#idOf(from.status);
    to.from = from.from;
    const problem = this.#builder.append();
    if (problem !== undefined) throw new Error(`event ${from.index}: ${problem}`);
    this.#indices[at] = from.index;
    this.#lines[at] = line;
  }

  finish(): HistoryPart {
    const { header, lines, recordsShows, recordsWatches } = this.#whole;
    const [indices, places] = [this.#indices, this.#lines];
    const eventAt = (at: number): HistoryEvent => {
      const event = JSON.parse(lines.lineAt(places.get(at))) as HistoryEvent;
      return withIndices(event, at, indices);
    };
    return { history: this.#builder.finish(header, eventAt, { recordsShows, recordsWatches }), indices };
  }

  #idOf(name: number): number {
    const known = this.#ids.get(name);
    if (known !== 0) return known - 1;
    const { names } = this.#builder;
    const id = names.idOf(this.#whole.names.nameOf(name));
    this.#ids[name] = id + 1;
    return id;
  }
}

/** The extra fields of a `show` that refer to the event which delivered its value. */
const REFERENCES = ['read', 'receive'];

/** The event with its index in the part, and without references to events that are not in the part. */
function withIndices(event: HistoryEvent, at: number, indices: Uint32Column): HistoryEvent {
  const fields = Object.entries(event).flatMap(([name, value]) => {
    if (!REFERENCES.includes(name) || typeof value !== 'number') return [[name, value]];
    const place = indices.indexOf(value);
    return place === NONE ? [] : [[name, place]];
  });
  return { ...(Object.fromEntries(fields) as HistoryEvent), index: at };
}
