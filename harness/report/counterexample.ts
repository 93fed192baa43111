/** Describes a violation: lines with the time, the actor, the value, and the database that served it. */
import type { Violation } from '../checker/verdict.ts';
import { COMMIT_OK, INVOKE, NONE, OK, operationOf, START, WRITE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { EventType, HistoryEvent, Scalar, Value } from '../history/event.ts';
import { parseLsn } from '../history/lsn.ts';
import { describeValue } from '../history/order.ts';
import { Replay } from './replay-lag.ts';

/** One event of a counterexample. */
export interface CounterexampleLine {
  time: number;
  what: string;
  source: string;
}

const WRITE_INVOKE = WRITE * 4 + INVOKE;
const START_INVOKE = START * 4 + INVOKE;

/**
 * The events that a violation names and the events that explain them: the commit of the value, its writer, the database
 * that served it with its lag, and the faults that applied to the writer. In order of time.
 */
export function describeViolation(history: HistoryColumns, violation: Violation): CounterexampleLine[] {
  const beside = newestGeneration(violation.events.map(history.eventAt));
  return explainedEvents(history, violation).map((index) => ({
    time: history.time.get(index),
    ...describeEvent(history.eventAt(index), history, beside),
  }));
}

/** The indices of the events that a violation names and of those that explain them, in order. */
export function explainedEvents(history: HistoryColumns, { events }: Violation): number[] {
  const explained = new Set(events);
  for (const index of events) {
    for (const cause of causesOf(index, history)) explained.add(cause);
    if (endedBadly(index, history)) explained.add(history.mate.get(index));
  }
  return [...explained].sort((a, b) => a - b);
}

/** Whether this invoke belongs to an operation that failed or whose outcome is unknown. */
function endedBadly(index: number, { code, mate }: HistoryColumns): boolean {
  const completion = mate.get(index);
  return completion > index && (code.get(completion) & 3) !== OK;
}

function causesOf(index: number, history: HistoryColumns): number[] {
  const { code } = history;
  const commit = code[index] === COMMIT_OK ? index : findLast(history, index, (at) => code[at] === COMMIT_OK);
  // Of a value that the database never had: the row as it was then.
  if (commit === NONE) return isRead(index, history) ? lastCommit(index, history) : [];
  const write = writeOf(commit, history);
  return [commit, ...(write === NONE ? [] : faultsOf(write, commit, history))];
}

function isRead(index: number, { code }: HistoryColumns): boolean {
  const operation = operationOf(code.get(index));
  return operation === 'read' || operation === 'show';
}

function lastCommit(before: number, { code, key }: HistoryColumns): number[] {
  for (let at = before - 1; at >= 0; at -= 1) {
    if (code.get(at) === COMMIT_OK && key.get(at) === key.get(before)) return [at];
  }
  return [];
}

/** The latest write of the committed value that began before the commit. */
function writeOf(commit: number, history: HistoryColumns): number {
  return findLast(history, commit, (at) => beginsWrite(history, at));
}

/** The request faults that applied to the writer of a value while it wrote that value. */
function faultsOf(write: number, commit: number, history: HistoryColumns): number[] {
  const writer = history.eventAt(write).session;
  let first = 0;
  while (!(beginsWrite(history, first) && isSame(history, first, write))) first += 1;
  const faults: number[] = [];
  for (let at = Math.max(0, first - 1); at < commit; at += 1) {
    const actor = history.isFault(at) ? history.eventAt(at)['actor'] : undefined;
    if (actor !== undefined && actor === writer) faults.push(at);
  }
  return faults;
}

function beginsWrite({ code }: HistoryColumns, at: number): boolean {
  return code[at] === WRITE_INVOKE || code[at] === START_INVOKE;
}

function isSame({ values }: HistoryColumns, a: number, b: number): boolean {
  return values.ids[a] !== NONE && values.ids[a] === values.ids[b];
}

/** The last event before `before` that is wanted and has the same key and value; `NONE` if there is no such event. */
function findLast(history: HistoryColumns, before: number, wanted: (at: number) => boolean): number {
  for (let at = before - 1; at >= 0; at -= 1) if (wanted(at) && isSame(history, at, before)) return at;
  return NONE;
}

function describeEvent(
  event: HistoryEvent,
  history: HistoryColumns,
  beside: Value | undefined,
): Omit<CounterexampleLine, 'time'> {
  const value = event.value === undefined ? '' : describeValue(event.value, beside);
  switch (event.f) {
    case 'commit': {
      if (event['promoted'] !== undefined) {
        const source = `up to ${event['lsn']}: later commits are lost`;
        return { what: `${event['promoted']} became the primary with ${value}`, source };
      }
      const write = writeOf(event.index, history);
      const writer = write === NONE ? undefined : history.eventAt(write);
      const who = writer === undefined ? `${value} was written` : `${writer.session ?? writer.process} wrote ${value}`;
      const place = event['lsn'] === undefined ? 'committed' : `committed at ${event['lsn']} on the primary`;
      return { what: who, source: `${place}${describeAnswer(write, history)}` };
    }
    case 'show':
      return {
        what: `${event.process} was shown ${value}`,
        source: describeService(sourceOf(event, history), history),
      };
    case 'read':
      return describeRead(event, value, history);
    case 'receive':
      return { what: `${event.session ?? event.process} was sent ${value}`, source: describeService(event, history) };
    case 'watch': {
      const verb = event.phase === 'begin' ? 'began to watch' : 'stopped watching';
      return { what: `${event.session ?? event.process} ${verb}`, source: '' };
    }
    case 'fault':
      return { what: `${event['actor']} sent a ${event['method']}`, source: String(event['effect'] ?? event['fault']) };
    default:
      return describeWrite(event, history, beside);
  }
}

function describeRead(event: HistoryEvent, value: string, history: HistoryColumns): Omit<CounterexampleLine, 'time'> {
  const who = event.session ?? event.process;
  switch (event.type) {
    case 'invoke':
      return { what: `${who} asked`, source: '' };
    case 'ok':
      return { what: `${who} read ${value}`, source: describeService(event, history) };
    case 'fail':
      return { what: `${who} read nothing`, source: String(event['error'] ?? 'the read failed') };
    case 'info':
      return { what: `${who} got no answer`, source: String(event['error'] ?? 'the outcome is unknown') };
  }
}

/** What a writer did, by the operation and the type of the event. */
const deeds: Readonly<Record<string, Readonly<Record<EventType, string>>>> = {
  write: { invoke: 'began to write', ok: 'wrote', fail: 'did not write', info: 'perhaps wrote' },
  start: { invoke: 'began to start', ok: 'started', fail: 'did not start', info: 'perhaps started' },
  cas: { invoke: 'began to swap', ok: 'swapped', fail: 'did not swap', info: 'perhaps swapped' },
};

/** What the writer was told of the outcome, unless there is an error to tell. */
const outcomes: Readonly<Record<EventType, string>> = {
  invoke: '',
  ok: 'acknowledged',
  fail: 'it had no effect',
  info: 'the outcome is unknown',
};

function describeWrite(
  event: HistoryEvent,
  history: HistoryColumns,
  beside: Value | undefined,
): Omit<CounterexampleLine, 'time'> {
  const { index, type, f, session, process, error } = event;
  const invoke = history.mate.get(index);
  const value = event.value ?? (invoke === NONE ? undefined : history.eventAt(invoke).value);
  const what = `${session ?? process} ${deeds[f]?.[type] ?? f} ${describeWritten(value, beside)}`;
  return { what: what.trimEnd(), source: String(error ?? outcomes[type]) };
}

/** Empty for the unknown generation of a start. */
function describeWritten(value: Value | undefined, beside: Value | undefined): string {
  if (value === undefined) return '';
  if (!Array.isArray(value)) return describeValue(value, beside);
  const [from, to] = value as readonly [Scalar, Scalar];
  return `${describeValue(from)} for ${describeValue(to)}`;
}

/** What the writer of a committed value was told, if not that it was written. */
function describeAnswer(write: number, history: HistoryColumns): string {
  const completion = write === NONE ? NONE : history.mate.get(write);
  if (completion === NONE) return '';
  const { type, error } = history.eventAt(completion);
  if (type === 'ok') return '';
  const answer = type === 'fail' ? 'but answered as failed' : 'but the answer was lost';
  return `, ${answer}${error === undefined ? '' : `: ${String(error)}`}`;
}

/** The event that delivered the shown value. */
function sourceOf(show: HistoryEvent, { length, eventAt }: HistoryColumns): HistoryEvent {
  const { receive, read = receive } = show;
  return typeof read === 'number' && read >= 0 && read < length ? eventAt(read) : show;
}

function describeService(read: HistoryEvent, history: HistoryColumns): string {
  const {
    served_by: node,
    lsn,
    age_ms: ageMs,
    attempts,
    exchanges,
    cache,
    log_line: line,
    log_file: file = 'the log',
  } = read as Service;
  const isFromEdge = ageMs !== undefined && attempts === 0;
  const tries = attempts === undefined || isFromEdge ? undefined : describeAttempts(attempts, exchanges, history);
  const age = ageMs === undefined ? '' : `, ${seconds(ageMs * 1e6, 1)} old`;
  const server = node === undefined ? undefined : `served by ${databaseWords(node)}${age}`;
  const isReplica = node !== undefined && node !== 'primary' && lsn !== undefined;
  const state = isReplica ? `which had replayed up to ${lsn}${describeLag(read, lsn, history)}` : undefined;
  const where = line === undefined ? undefined : `line ${line} of ${file}`;
  const kept = cache === undefined ? undefined : `cache: ${String(cache)}`;
  return [server, kept, tries, state, where].filter((part) => part !== undefined).join(', ');
}

/** A database or a cache in a sentence: `the primary`, `replica-1` or `the edge cache`. */
export function databaseWords(node: string): string {
  return node === 'primary' || isCache(node) ? `the ${node}` : node;
}

/** The caches of a run are called by their places: `edge cache`. One of several has a number instead of an article. */
function isCache(node: string): boolean {
  return node.endsWith(' cache');
}

function describeAttempts(
  attempts: number,
  exchanges: readonly string[] | undefined,
  history: HistoryColumns,
): string | undefined {
  if (attempts === 0) return asksSomebody(history) ? 'asked nobody: served from memory' : undefined;
  if (attempts === 1) return undefined;
  return `after ${attempts} attempts${exchanges === undefined ? '' : `: ${exchanges.join(', ')}`}`;
}

/** Whether the requests of reads are known: those of an application in another process may name no read. */
function asksSomebody(history: HistoryColumns): boolean {
  let asks = attributed.get(history);
  if (asks === undefined) {
    const indices = Array.from({ length: history.length }, (_, at) => at).filter((at) => isRead(at, history));
    asks = indices.some((at) => Number(history.eventAt(at)['attempts'] ?? 0) > 0);
    attributed.set(history, asks);
  }
  return asks;
}

const attributed = new WeakMap<HistoryColumns, boolean>();

interface Service {
  served_by?: string;
  lsn?: string;
  age_ms?: number;
  attempts?: number;
  exchanges?: readonly string[];
  /** What a cache said, in a log. */
  cache?: unknown;
  log_line?: number;
  log_file?: string;
}

/** The age of the first commit that the server had not replayed, ignoring commits that a promotion lost. */
function describeLag({ time }: HistoryEvent, field: unknown, history: HistoryColumns): string {
  const lsn = parseLsn(field);
  if (lsn === undefined) return '';
  const known = replays.get(history) ?? new Replay(history);
  replays.set(history, known);
  const unseen = known.firstUnseen(time, lsn);
  return unseen === undefined ? '' : ` (${seconds(time - unseen, 1)} behind)`;
}

const replays = new WeakMap<HistoryColumns, Replay>();

/** The newest generation; a description names generations if this is not the first. */
function newestGeneration(events: readonly HistoryEvent[]): Value | undefined {
  const generation = Math.max(
    1,
    ...events.map(({ value }) =>
      typeof value === 'object' && value !== null && 'generation' in value ? (value.generation ?? 1) : 1,
    ),
  );
  return { generation, progress: 0 };
}

/** Nanoseconds as `1.204 s`. */
export function seconds(nanoseconds: number, digits = 3): string {
  return `${(nanoseconds / 1e9).toFixed(digits)} s`;
}
