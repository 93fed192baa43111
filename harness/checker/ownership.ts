import { FAIL, INVOKE, NONE, OK, PROGRESS, SHAPE, START, WRITE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { PairIds } from '../history/pair-ids.ts';
import { describeEvent } from './decrease.ts';
import { extentOf } from './extent.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';
import type { Violation } from './verdict.ts';

const START_OK = START * 4 + OK;
const WRITE_INVOKE = WRITE * 4 + INVOKE;

/**
 * A process writes only the generation that its own latest `ok` start of the key began, and no generation of a key is
 * begun twice. A process that has begun no generation of a key may write any: who owns what it writes is not known. A
 * write that failed wrote nothing; whether one that ended in `info` did is not known.
 */
export const ownership: Checker = (history) => {
  const findings = new Findings('ownership');
  const begun = new Begun(history);
  let writes = 0;
  for (let at = 0; at < history.length; at++) {
    const what = history.code.get(at);
    if (what === START_OK) {
      const first = begun.add(at);
      if (first !== NONE) findings.violation(at, () => startedTwice(history, first, at));
    } else if (what === WRITE_INVOKE && history.outcomeOf(at) !== FAIL) {
      const start = begun.ownedBy(at);
      if (start === NONE) continue;
      writes += 1;
      if (history.generation[start] === history.generation[at]) continue;
      if (history.outcomeOf(at) === OK) findings.violation(at, () => writtenElsewhere(history, start, at));
      else findings.doubt(at, `${writtenElsewhere(history, start, at).sentence}, if it was written at all`);
    }
  }
  const { judged, needs } = extentOf(history, { codes: [START_OK], lack: 'no completed start' });
  return findings.complete({ judged: judged + writes, needs });
};

/** The generations that have been begun so far. */
class Begun {
  readonly #history: HistoryColumns;
  /** By key and generation: the first start that began it. */
  readonly #first = new Map<string, number>();
  /** Pairs of a process and a key, and the latest start of each; `NONE` if its generation is unknown. */
  readonly #owners = new PairIds();
  readonly #latest: number[] = [];

  constructor(history: HistoryColumns) {
    this.#history = history;
  }

  /** The earlier start that began the same generation, or `NONE`. */
  add(start: number): number {
    const { process, key, generation } = this.#history;
    const isKnown = this.#holdsProgress(start);
    this.#latest[this.#owners.idOf(process.get(start), key.get(start))] = isKnown ? start : NONE;
    if (!isKnown) return NONE;
    const name = `${key.get(start)}/${generation.get(start)}`;
    const first = this.#first.get(name);
    if (first === undefined) this.#first.set(name, start);
    return first ?? NONE;
  }

  /** The start by which the process of a write owns a generation of the key, or `NONE`. */
  ownedBy(write: number): number {
    const { process, key } = this.#history;
    if (!this.#holdsProgress(write)) return NONE;
    return this.#latest[this.#owners.idOf(process.get(write), key.get(write))] ?? NONE;
  }

  #holdsProgress(at: number): boolean {
    return (this.#history.shape.get(at) & SHAPE) === PROGRESS;
  }
}

function startedTwice(history: HistoryColumns, first: number, at: number): Omit<Violation, 'property'> {
  const [session, key] = [history.sessionName(at), history.keyName(at)];
  const generation = `generation ${history.generation.get(at)} of ${key}`;
  return {
    key,
    session,
    events: [first, at],
    sentence: `${session} began ${generation}, which ${history.sessionName(first)} had begun before`,
  };
}

function writtenElsewhere(history: HistoryColumns, start: number, at: number): Omit<Violation, 'property'> {
  const [session, key] = [history.sessionName(at), history.keyName(at)];
  const own = `its own generation is ${history.generation.get(start)}`;
  const written = describeEvent(history, at, start);
  return { key, session, events: [start, at], sentence: `${session} wrote ${written} to ${key}, but ${own}` };
}
