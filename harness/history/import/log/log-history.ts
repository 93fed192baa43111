/** Imports the logs of a team as one history. */
import { UsageError } from '../../../errors.ts';
import type { PageStore } from '../../event-pages.ts';
import { formatEvent, formatHeader } from '../../codec.ts';
import type { Skipped } from '../import-format.ts';
import { eventsOf } from './log-events.ts';
import { readLogRecord, type LogEntry } from './log-line.ts';
import type { LogRecord } from './log-record.ts';
import type { Mapping } from './mapping-schema.ts';
import { MarkSorter } from './mark-sorter.ts';
import { NotAnEvent } from './record-selection.ts';
import { dateOf } from './timestamp.ts';

export interface LogHistoryOptions {
  /** Opens a store for what does not fit into memory. */
  store?: () => PageStore;
  /** How many entries are kept in memory, if there is a store. */
  entriesMax?: number;
  /** Whether there are several files: their names become a field of the events. */
  isMerged: boolean;
}

/**
 * Entries in any order become a history in the order of time. A request without a begin time has duration zero. A request that
 * begins at the time at which another ends overlaps it.
 */
export class LogHistory {
  readonly #marks: MarkSorter;
  readonly #isMerged: boolean;
  readonly #skipped = new Map<string, Skipped>();
  #records = 0;
  /** Session → the file of its first entry. */
  readonly #fileOfSession = new Map<string, string>();
  readonly #filesOfCommits = new Set<string>();
  #isSessionSplit = false;
  #hasWrites = false;
  #hasDurations = false;
  #isCoarse = false;
  #first: bigint | undefined;
  #last = 0n;
  /** `FILE:LINE` of the last time. */
  #lastPlace = '';

  constructor({ store, entriesMax, isMerged }: LogHistoryOptions) {
    this.#marks = new MarkSorter(store, entriesMax);
    this.#isMerged = isMerged;
  }

  /** @throws UsageError `FILE:LINE: why the record is not an event`, unless the mapping says to skip such records */
  add(records: readonly LogRecord[], file: string, mapping: Mapping): void {
    for (const record of records) {
      this.#records += 1;
      try {
        this.#addEntry(record, file, mapping);
      } catch (error) {
        if (!(error instanceof NotAnEvent)) throw error;
        if (mapping.otherwise !== 'skip' && !error.isExcluded) throw refusal(file, record.line, error);
        this.#skip(error.message, record.line, file);
      }
    }
  }

  #addEntry(record: LogRecord, file: string, mapping: Mapping): void {
    const entry = readLogRecord(record, mapping);
    if (this.#isMerged) this.#noteFile(entry, file);
    const { began = entry.ended, ended, f } = entry;
    this.#isCoarse ||= entry.isCoarse;
    this.#hasDurations ||= entry.began !== undefined;
    this.#hasWrites ||= f === 'write' || f === 'start' || f === 'commit';
    if (this.#first === undefined || began < this.#first) this.#first = began;
    if (ended > this.#last) [this.#last, this.#lastPlace] = [ended, `${file}:${record.line}`];
    this.#marks.add(entry);
  }

  #noteFile({ carried, session, f }: LogEntry, file: string): void {
    carried['log_file'] = file;
    if (f === 'commit') this.#filesOfCommits.add(file);
    if (session === undefined) return;
    const name = String(session);
    const first = this.#fileOfSession.get(name);
    if (first === undefined) this.#fileOfSession.set(name, file);
    else this.#isSessionSplit ||= first !== file;
  }

  #skip(reason: string, line: number, file: string): void {
    const first = this.#isMerged ? { line, file } : { line };
    const before = this.#skipped.get(reason) ?? { reason, count: 0, ...first };
    this.#skipped.set(reason, { ...before, count: before.count + 1 });
  }

  /** The properties that compare events of different files, whose clocks may differ. */
  get dependsOnClocks(): readonly string[] {
    if (!this.#isMerged) return [];
    return [
      ...PROPERTIES_ACROSS_SESSIONS,
      ...(this.#filesOfCommits.size > 1 ? ['monotonic-commits'] : []),
      ...(this.#isSessionSplit ? PROPERTIES_OF_SESSIONS : []),
    ];
  }

  get lines(): { lines: number; skipped: readonly Skipped[] } {
    return { lines: this.#records, skipped: [...this.#skipped.values()] };
  }

  /** Whether the times of requests are those of the log, so that their differences are latencies. */
  get knowsLatencies(): boolean {
    return this.#hasDurations && !this.#isCoarse;
  }

  /**
   * What can be judged of it, if that is not everything: in a log of reads, a value that nobody wrote is no violation, and without
   * durations there are no latencies.
   */
  get properties(): readonly string[] | undefined {
    if (this.#hasWrites) return undefined;
    return this.knowsLatencies ? [...PROPERTIES_OF_READS, 'availability'] : PROPERTIES_OF_READS;
  }

  /**
   * The lines of the history, each with its line break.
   * @param file the name of the log, for messages
   * @throws UsageError if there is no event, or if the times are further apart than those of a history
   */
  *history(file: string): Generator<string> {
    const start = this.#first;
    if (start === undefined) throw this.#noEventsError(file);
    if (this.#last - start > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new UsageError(
        'log-too-long',
        `${this.#lastPlace}: its time is more than 104 days after the first`,
        'check the unit of `time` in the mapping',
      );
    }
    yield `${formatHeader({ history: 1, began: dateOf(start) })}\n`;
    for (const event of eventsOf(this.#marks.sorted(), start)) yield `${formatEvent(event)}\n`;
  }

  #noEventsError(file: string): UsageError {
    const { lines, skipped } = this.lines;
    const reasons = skipped.map((each) => `${each.count}: ${each.reason}, first at ${placeWords(each)}`);
    const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    const place = skipped[0] === undefined ? `${file}:1` : `${skipped[0].file ?? file}:${skipped[0].line}`;
    return new UsageError('log-empty', `${place}: none of the ${lines} lines is an event${why}`);
  }
}

/** They compare what one session did with what others, or the database, did. */
const PROPERTIES_ACROSS_SESSIONS: readonly string[] = [
  'writes-follow-reads',
  'integrity',
  'completion',
  'ownership',
  'linearizable',
  'convergence',
  'staleness',
];
/** They compare events of one session. */
const PROPERTIES_OF_SESSIONS: readonly string[] = ['monotonic-view', 'monotonic-reads', 'read-your-writes'];
const PROPERTIES_OF_READS: readonly string[] = ['monotonic-view', 'monotonic-reads'];

function placeWords({ line, file }: Skipped): string {
  return file === undefined ? `line ${line}` : `${file}:${line}`;
}

function refusal(file: string, line: number, { message, detail }: NotAnEvent): UsageError {
  const what = detail === '' ? message : `${message}: ${detail}`;
  return new UsageError('log-invalid', `${file}:${line}: ${what}`, '`otherwise: skip` in the mapping skips such lines');
}
