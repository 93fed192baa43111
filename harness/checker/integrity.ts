import {
  COMMIT_OK,
  FAIL,
  NONE,
  PROGRESS,
  READ_OK,
  RECEIVE_OK,
  SHAPE,
  SHOW_OK,
  START,
  beginsWrite,
} from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float64Column, Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { describeEvent } from './decrease.ts';
import { extentOf, type NeededEvents } from './extent.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';
import type { Violation } from './verdict.ts';

/**
 * Every value read, received or shown is the initial one, or that of a write that had been invoked before and did not
 * `fail`, or one committed before by a write that the history does not record. A `start` writes the beginning of its
 * generation, and also those of earlier ones: it may have been retried, and generations are numbered without gaps. A
 * `start` whose generation is unknown allows the beginning of any generation.
 *
 * The status of a value is one with which it was committed, where the history has any such status, earlier or later. The
 * initial value is exempt: a history does not contain the commit that created the row.
 */
export const integrity: Checker = (history) => {
  const findings = new Findings('integrity');
  const origins = new Origins(history);
  const statuses = new CommittedStatuses(history);
  const { code, length } = history;
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (beginsWrite(what)) origins.addWrite(at);
    else if (what === COMMIT_OK) origins.addCommit(at);
    if (what !== READ_OK && what !== SHOW_OK && what !== RECEIVE_OK) continue;
    if (!origins.explain(at)) {
      const failed = origins.failedWriteOf(at);
      const session = history.sessionName(at);
      findings.violation(at, () => violationOf(history, failed, at, originOf(failed)), { session });
    } else if (!statuses.allow(at)) {
      const session = history.sessionName(at);
      findings.violation(at, () => violationOf(history, statuses.commitOf(at), at, statuses.describe(at)), { session });
    }
  }
  const extent = extentOf(history, SHOWN_OR_READ);
  return findings.complete({ ...extent, judged: extent.judged + history.countOf(RECEIVE_OK) });
};

/** A value that was received and never shown is judged too, but it is not what a user saw. */
const SHOWN_OR_READ: NeededEvents = { codes: [SHOW_OK, READ_OK], lack: 'no shown value and no completed read' };

/** The values that a read may return, up to the current event of the history. */
class Origins {
  readonly #history: HistoryColumns;
  /** By value. */
  readonly #written: Uint8Column;
  readonly #failed: Int32Column;
  /** By key: whether there was a start whose generation is unknown. */
  readonly #openStarts: Uint8Column;
  /** By key: the greatest known generation. */
  readonly #begun: Float64Column;

  constructor(history: HistoryColumns) {
    this.#history = history;
    this.#written = new Uint8Column(history.values.count);
    this.#failed = new Int32Column(history.values.count).fill(NONE);
    this.#openStarts = new Uint8Column(history.names.count);
    this.#begun = new Float64Column(history.names.count);
  }

  /** Adds the values of an operation, at its invocation. */
  addWrite(invoke: number): void {
    const { code, key, mate, values, generation } = this.#history;
    const isStart = code.get(invoke) >> 2 === START;
    const story = key.get(invoke);
    const completion = mate.get(invoke);
    const failed = this.#history.outcomeOf(invoke) === FAIL;
    if (this.#history.writtenAt(invoke) === NONE && !failed) this.#openStarts[story] = 1;
    for (let event = invoke; event !== NONE; event = event === invoke ? completion : NONE) {
      const value = values.ids.get(event);
      if (value === NONE) continue;
      if (failed) this.#failed[value] = invoke;
      else this.#written[value] = 1;
      if (isStart && !failed) this.#begun[story] = Math.max(this.#begun.get(story), generation.get(event));
    }
  }

  /** Adds a committed version. */
  addCommit(at: number): void {
    const value = this.#history.values.ids.get(at);
    if (value !== NONE) this.#written[value] = 1;
  }

  explain(seen: number): boolean {
    const { key, shape, generation, progress, values } = this.#history;
    const story = key.get(seen);
    const value = values.ids.get(seen);
    if (this.#written[value] === 1 || values.initial[story] === value) return true;
    if ((shape.get(seen) & SHAPE) !== PROGRESS || progress[seen] !== 0) return false;
    return this.#openStarts[story] === 1 || generation.get(seen) <= this.#begun.get(story);
  }

  /** The invoke of the last failed write of this value, or `NONE`. */
  failedWriteOf(seen: number): number {
    return this.#failed.get(this.#history.values.ids.get(seen));
  }
}

/** The statuses with which each value was committed, in the whole history. */
class CommittedStatuses {
  readonly #history: HistoryColumns;
  /** By value: for each status, the first commit with it. */
  readonly #commits = new Map<number, Map<number, number>>();

  constructor(history: HistoryColumns) {
    this.#history = history;
    const { code, status, length } = history;
    if (history.countOf(COMMIT_OK) === 0) return;
    for (let at = 0; at < length; at++) {
      if (code[at] === COMMIT_OK && status[at] !== NONE) this.#add(at);
    }
  }

  #add(commit: number): void {
    const { values, status } = this.#history;
    const value = values.ids.get(commit);
    const commits = this.#commits.get(value) ?? new Map<number, number>();
    this.#commits.set(value, commits);
    if (!commits.has(status.get(commit))) commits.set(status.get(commit), commit);
  }

  allow(seen: number): boolean {
    const { values, status, key } = this.#history;
    if (this.#commits.size === 0 || status[seen] === NONE) return true;
    const value = values.ids.get(seen);
    const commits = this.#commits.get(value);
    return commits === undefined || commits.has(status.get(seen)) || values.initial[key.get(seen)] === value;
  }

  /** The first commit of the value that was seen, or `NONE`. */
  commitOf(seen: number): number {
    return this.#commitsOf(seen)[0]?.[1] ?? NONE;
  }

  describe(seen: number): string {
    const { names, status } = this.#history;
    const committed = this.#commitsOf(seen).map(([id]) => names.nameOf(id));
    return `with the status ${names.nameOf(status.get(seen))}, but it was only committed with ${committed.join(' or ')}`;
  }

  #commitsOf(seen: number): [number, number][] {
    return [...(this.#commits.get(this.#history.values.ids.get(seen)) ?? [])];
  }
}

const verbs: Readonly<Record<number, string>> = {
  [READ_OK]: 'read',
  [RECEIVE_OK]: 'received',
  [SHOW_OK]: 'was shown',
};

function violationOf(
  history: HistoryColumns,
  evidence: number,
  seen: number,
  what: string,
): Omit<Violation, 'property'> {
  const [key, session] = [history.keyName(seen), history.sessionName(seen)];
  const verb = verbs[history.code.get(seen)];
  return {
    key,
    session,
    events: evidence === NONE ? [seen] : [evidence, seen].toSorted((a, b) => a - b),
    sentence: `${session} ${verb} ${describeEvent(history, seen)} of ${key}, ${what}`,
  };
}

function originOf(failed: number): string {
  return failed === NONE ? 'which no operation had written' : 'which only a failed write had tried to write';
}
