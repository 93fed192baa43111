/** Describes a violation: lines with the time, the actor, the value, and the database that served it. */
import type { Violation } from '../checker/verdict.ts';
import { COMMIT_OK, INVOKE, NONE, START, WRITE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent, Value } from '../history/event.ts';
import { compareLsn } from '../history/lsn.ts';
import { describeValue } from '../history/order.ts';

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
  for (const index of events) for (const cause of causesOf(index, history)) explained.add(cause);
  return [...explained].sort((a, b) => a - b);
}

function causesOf(index: number, history: HistoryColumns): number[] {
  const { code } = history;
  const commit = code[index] === COMMIT_OK ? index : findLast(history, index, (at) => code[at] === COMMIT_OK);
  if (commit === NONE) return [];
  const write = writeOf(commit, history);
  return [commit, ...(write === NONE ? [] : faultsOf(write, commit, history))];
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
      return { what: who, source: `committed at ${event['lsn'] ?? 'an unknown position'} on the primary` };
    }
    case 'show':
      return {
        what: `${event.process} was shown ${value}`,
        source: describeService(sourceOf(event, history), history),
      };
    case 'read':
      return event.type === 'invoke'
        ? { what: `${event.session ?? event.process} asked`, source: '' }
        : { what: `${event.session ?? event.process} read ${value}`, source: describeService(event, history) };
    case 'receive':
      return { what: `${event.session ?? event.process} was sent ${value}`, source: describeService(event, history) };
    case 'watch': {
      const verb = event.phase === 'begin' ? 'began to watch' : 'stopped watching';
      return { what: `${event.session ?? event.process} ${verb}`, source: '' };
    }
    case 'fault':
      return { what: `${event['actor']} sent a ${event['method']}`, source: String(event['effect'] ?? event['fault']) };
    default: {
      const outcome = { invoke: 'began to write', ok: 'wrote', fail: 'did not write', info: 'perhaps wrote' }[
        event.type
      ];
      return {
        what: `${event.session ?? event.process} ${outcome} ${value}`.trimEnd(),
        source: String(event['error'] ?? ''),
      };
    }
  }
}

/** The event that delivered the shown value. */
function sourceOf(show: HistoryEvent, { length, eventAt }: HistoryColumns): HistoryEvent {
  const { receive, read = receive } = show;
  return typeof read === 'number' && read >= 0 && read < length ? eventAt(read) : show;
}

function describeService(read: HistoryEvent, history: HistoryColumns): string {
  const { served_by: node, lsn, attempts, log_line: line } = read as Service;
  const tries = attempts !== undefined && attempts > 1 ? `after ${attempts} attempts` : undefined;
  const server = node === undefined ? undefined : `served by ${node === 'primary' ? 'the primary' : node}`;
  const isReplica = node !== undefined && node !== 'primary' && lsn !== undefined;
  const state = isReplica ? `which had replayed up to ${lsn}${describeLag(read, lsn, history)}` : undefined;
  const where = line === undefined ? undefined : `line ${line} of the log`;
  return [server, tries, state, where].filter((part) => part !== undefined).join(', ');
}

interface Service {
  served_by?: string;
  lsn?: string;
  attempts?: number;
  log_line?: number;
}

interface ReplayedCommit {
  time: number;
  lsn: string;
  isPromotion: boolean;
}

const commitsOf = new WeakMap<HistoryColumns, readonly ReplayedCommit[]>();

/** The commits with an LSN; each is parsed once for all reads that are described. */
function replayedCommits(history: HistoryColumns): readonly ReplayedCommit[] {
  const known = commitsOf.get(history);
  if (known !== undefined) return known;
  const commits: ReplayedCommit[] = [];
  for (let at = 0; at < history.length; at += 1) {
    if (history.code[at] !== COMMIT_OK) continue;
    const { time, lsn, promoted } = history.eventAt(at);
    if (typeof lsn === 'string') commits.push({ time, lsn, isPromotion: promoted !== undefined });
  }
  commitsOf.set(history, commits);
  return commits;
}

/** The age of the first commit that the server had not replayed, ignoring commits that a promotion lost. */
function describeLag({ time }: HistoryEvent, lsn: string, history: HistoryColumns): string {
  let unseen: ReplayedCommit | undefined;
  for (const commit of replayedCommits(history)) {
    if (commit.time >= time) break;
    if (compareLsn(commit.lsn, lsn) > 0) unseen ??= commit;
    else if (commit.isPromotion) unseen = undefined;
  }
  return unseen === undefined ? '' : ` (${seconds(time - unseen.time, 1)} behind)`;
}

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
