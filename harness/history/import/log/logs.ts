/** Imports a team's own logs as a history, with a mapping. */
import { UsageError } from '../../../errors.ts';
import { asColumns } from '../../columns-builder.ts';
import type { HistoryColumns } from '../../columns.ts';
import type { HistoryEvent, Value } from '../../event.ts';
import { singleTypes } from '../../event-shape.ts';
import type { Skipped } from '../import-format.ts';
import { NotAnEvent, readLogLine } from './log-line.ts';
import type { LogEntry } from './log-line.ts';
import type { Mapping } from './mapping.ts';
import { ProcessNames } from './process-names.ts';
import { dateOf } from './timestamp.ts';

export interface ImportedLog {
  history: HistoryColumns;
  /** Without empty lines. */
  lines: number;
  skipped: readonly Skipped[];
}

/**
 * Imports newline-delimited JSON in any order as a history in the order of time; lines with the same time keep the
 * order of the file. The text may be given in pieces. A request without a begin time has duration zero. A request that begins at the time at which
 * another ends overlaps it.
 * @throws UsageError `FILE:LINE: why the line is not an event`, unless the mapping says to skip such lines
 */
export function importLog(text: string | readonly string[], file: string, mapping: Mapping): ImportedLog {
  const { entries, lines, skipped } = readLines(linesOf([text].flat()), file, mapping);
  const marks = entries.flatMap(marksOf).sort(byTime);
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined) throw noEventsError(file, lines, skipped);
  const start = first.time;
  if (last.time - start > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new UsageError(
      'log-too-long',
      `${file}: its times are more than 104 days apart`,
      'check the unit of `time` in the mapping',
    );
  }
  const events = eventsOf(marks, start, new Generations(mapping));
  const history = asColumns({ header: { history: 1, began: dateOf(start) }, events });
  return { history, lines, skipped };
}

/** The lines of a text in pieces. */
function* linesOf(pieces: readonly string[]): Generator<string> {
  let rest = '';
  for (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}

function readLines(
  text: Iterable<string>,
  file: string,
  mapping: Mapping,
): Omit<ImportedLog, 'history'> & { entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const skipped = new Map<string, Skipped>();
  let lines = 0;
  let at = -1;
  for (const content of text) {
    at += 1;
    if (content.trim() === '') continue;
    lines += 1;
    try {
      entries.push(readLogLine(content, at + 1, mapping));
    } catch (error) {
      if (!(error instanceof NotAnEvent)) throw error;
      if (mapping.otherwise === 'refuse' && !error.isExcluded) throw refusal(file, at + 1, error);
      const before = skipped.get(error.message) ?? { reason: error.message, count: 0, line: at + 1 };
      skipped.set(error.message, { ...before, count: before.count + 1 });
    }
  }
  return { entries, lines, skipped: [...skipped.values()] };
}

function refusal(file: string, line: number, { message, detail }: NotAnEvent): UsageError {
  const what = detail === '' ? message : `${message}: ${detail}`;
  return new UsageError('log-invalid', `${file}:${line}: ${what}`, '`otherwise: skip` in the mapping skips such lines');
}

function noEventsError(file: string, lines: number, skipped: readonly Skipped[]): UsageError {
  const reasons = skipped.map(({ reason, count, line }) => `${count}: ${reason}, first at line ${line}`);
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return new UsageError('log-empty', `${file}: none of its ${lines} lines is an event${why}`);
}

/** The beginning, the end, or both, of an entry, at a point in time. */
interface Mark {
  entry: LogEntry;
  what: 'begin' | 'end' | 'both';
  time: bigint;
}

function marksOf(entry: LogEntry): Mark[] {
  const { began, ended } = entry;
  if (began === undefined) return [{ entry, what: 'both', time: ended }];
  return [
    { entry, what: 'begin', time: began },
    { entry, what: 'end', time: ended },
  ];
}

/** At the same time beginnings come before ends, so that the requests overlap. */
function byTime(a: Mark, b: Mark): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return Number(b.what === 'begin') - Number(a.what === 'begin') || a.entry.line - b.entry.line;
}

function eventsOf(marks: readonly Mark[], start: bigint, generations: Generations): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const names = new ProcessNames();
  const processes = new Map<LogEntry, string>();
  for (const { entry, what, time } of marks) {
    const { f, type, session, story, carried, line } = entry;
    const process = processes.get(entry) ?? processOf(entry, names);
    processes.set(entry, process);
    const value = what === 'begin' && f === 'read' ? undefined : valueOf(entry, generations);
    const body = {
      time: Number(time - start),
      process,
      ...(session === undefined ? {} : { session }),
      f,
      ...(story === undefined ? {} : { key: story }),
    };
    const withValue = value === undefined ? {} : { value };
    if (what !== 'end' && !singleTypes.has(f)) {
      events.push({
        index: events.length,
        ...body,
        type: 'invoke',
        ...(f === 'read' ? {} : withValue),
      } as HistoryEvent);
    }
    if (what === 'begin') continue;
    events.push({ index: events.length, ...body, type, ...withValue, ...carried, log_line: line } as HistoryEvent);
    if (type !== 'info') names.release(process);
  }
  return events;
}

function processOf({ f, session }: LogEntry, names: ProcessNames): string {
  if (session === undefined) return f === 'commit' ? 'db' : 'nemesis';
  return f === 'show' ? names.of(session) : names.take(session, f);
}

function valueOf(entry: LogEntry, generations: Generations): Value | undefined {
  const { progress, status } = entry;
  if (progress === undefined) return undefined;
  const generation = generations.numberOf(entry);
  return {
    ...(generation === undefined ? {} : { generation }),
    progress,
    ...(status === undefined ? {} : { status }),
  };
}

/** Numbers the generations of each story. */
class Generations {
  readonly #mapping: Mapping;
  readonly #seen = new Map<LogEntry['story'], Map<string, number>>();

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  numberOf({ story, generation }: LogEntry): number | undefined {
    if (this.#mapping.generation?.counted !== 'first-seen') return generation as number | undefined;
    const seen = this.#seen.get(story) ?? new Map<string, number>();
    this.#seen.set(story, seen);
    const id = JSON.stringify(generation);
    const number = seen.get(id) ?? seen.size + 1;
    seen.set(id, number);
    return number;
  }
}
