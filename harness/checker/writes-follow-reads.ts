import { COMMIT_OK, FAIL, NONE, READ_OK, beginsWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { describeEvent } from './decrease.ts';
import { COMMIT_EVENT, COMPLETED_READ, extentOf } from './extent.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/**
 * A session's write that began after it read a value is committed after that value, also if the two have different
 * keys.
 *
 * A value may be committed more than once, and the history does not say by which write: the order is violated only if
 * no commit that could be that of the write lies after the first commit of the value. A write is not committed before
 * it is invoked. The initial value of a key precedes all commits; a value that was never committed precedes nothing.
 */
export const writesFollowReads: Checker = (history) => {
  const findings = new Findings('writes-follow-reads');
  const { code, session, values, length } = history;
  const { first, last } = commitsOf(history);
  /** By session: the completed read of the value that was committed last. */
  const latest = new Int32Column(history.names.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_OK) {
      const before = latest.get(session.get(at));
      const committed = first.get(values.ids.get(at));
      if (committed > (before === NONE ? NONE : first.get(values.ids.get(before)))) latest[session.get(at)] = at;
    }
    const read = beginsWrite(what) ? latest.get(session.get(at)) : NONE;
    if (read === NONE || history.outcomeOf(at) === FAIL) continue;
    const written = history.writtenAt(at);
    const commit = written === NONE ? NONE : last.get(values.ids.get(written));
    const source = first.get(values.ids.get(read));
    if (commit < at || commit >= source) continue;
    findings.violation(at, () => ({
      key: history.keyName(at),
      session: history.sessionName(at),
      events: [read, at, commit, source],
      sentence: describe(history, read, written),
    }));
  }
  return findings.complete(extentOf(history, COMPLETED_READ, COMMIT_EVENT));
};

/**
 * The sessions that a violation may concern, of a history whose keys are judged in parts: those that read a value before it
 * was committed, and have a write that was committed after its invocation, of any key.
 */
export class SessionsAcrossKeys {
  readonly #readers = new Set<string>();
  readonly #writers = new Set<string>();

  get suspects(): ReadonlySet<string> {
    return new Set([...this.#readers].filter((session) => this.#writers.has(session)));
  }

  add(history: HistoryColumns): void {
    if (history.countOf(COMMIT_OK) === 0) return;
    const { code, session, values, names, length } = history;
    const { first, last } = commitsOf(history);
    const [reads, writes] = [new Uint8Column(names.count), new Uint8Column(names.count)];
    for (let at = 0; at < length; at++) {
      const what = code.get(at);
      if (what === READ_OK && first.get(values.ids.get(at)) > at) reads[session.get(at)] = 1;
      if (!beginsWrite(what) || history.outcomeOf(at) === FAIL) continue;
      const written = history.writtenAt(at);
      if (written !== NONE && last.get(values.ids.get(written)) >= at) writes[session.get(at)] = 1;
    }
    for (let name = 0; name < names.count; name += 1) {
      if (reads[name] === 1) this.#readers.add(names.nameOf(name));
      if (writes[name] === 1) this.#writers.add(names.nameOf(name));
    }
  }
}

/** By value: its first and its last commit, `NONE` for an initial value or one that was never committed. */
function commitsOf({ code, key, values, length }: HistoryColumns): { first: Int32Column; last: Int32Column } {
  const first = new Int32Column(values.count).fill(NONE);
  const last = new Int32Column(values.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    if (code[at] !== COMMIT_OK) continue;
    const value = values.ids.get(at);
    last[value] = at;
    if (first[value] === NONE && values.initial[key.get(at)] !== value) first[value] = at;
  }
  return { first, last };
}

function describe(history: HistoryColumns, read: number, written: number): string {
  const [source, target] = [describeEvent(history, read, written), describeEvent(history, written, read)];
  const [from, to] = [history.keyName(read), history.keyName(written)];
  const place = from === to ? '' : ` to ${to}`;
  return `${history.sessionName(read)} read ${source} of ${from} and then wrote ${target}${place}, but ${target} was committed before ${source}`;
}
