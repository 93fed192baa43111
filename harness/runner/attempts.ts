/** Runs of one plan in real time differ: how often several of them reproduced a violation, and in what they differ. */
import type { HistoryEvent } from '../history/event.ts';
import { worstOf } from '../checker/verdict.ts';
import type { AttemptCounts, JudgedRun } from '../port/reporter.ts';
import { firstOf } from '../required.ts';

/** What is kept of an attempt whose history is not. */
interface AttemptFacts {
  number: number;
  valid: JudgedRun['valid'];
  /** The first violation, in one sentence. */
  sentence: string | undefined;
  /** How many reads each database answered, and how many values each session was shown. */
  reads: ReadonlyMap<string, number>;
  shows: ReadonlyMap<string, number>;
  faults: ReadonlySet<string>;
}

/** Collects the attempts of a run; keeps one history. */
export class AttemptTally {
  readonly #facts: AttemptFacts[] = [];
  #representative: JudgedRun | undefined;
  #durationMs = 0;

  add(run: JudgedRun): void {
    this.#facts.push(factsOf(run, this.#facts.length + 1));
    this.#durationMs += run.durationMs;
    const kept = this.#representative;
    if (kept === undefined || weightOf(run) > weightOf(kept)) this.#representative = run;
  }

  /** The first violated attempt, else the first inconclusive one, else the first; with the counts of all. */
  result(): JudgedRun {
    const run = this.#representative;
    if (run === undefined) throw new Error('there was no attempt');
    const attempts = countsOf(this.#facts);
    const durationMs = this.#durationMs;
    return { ...run, attempts, durationMs, record: { ...run.record, attempts, durationMs } };
  }
}

/** A violation is a fact, however often the plan holds. */
function weightOf({ valid }: JudgedRun): number {
  return valid === false ? 2 : valid === 'unknown' ? 1 : 0;
}

function countsOf(facts: readonly AttemptFacts[]): AttemptCounts {
  const count = (valid: JudgedRun['valid']): number => facts.filter((each) => each.valid === valid).length;
  const [violated, held] = [count(false), count(true)];
  const isUnsteady = violated > 0 && held > 0;
  const differences = isUnsteady ? differencesOf(facts) : [];
  return { number: facts.length, violated, held, inconclusive: count('unknown'), isUnsteady, differences };
}

function factsOf({ valid, verdicts, history }: JudgedRun, number: number): AttemptFacts {
  const violated = verdicts.find((verdict) => verdict.valid === false);
  const reads = new Map<string, number>();
  const shows = new Map<string, number>();
  const faults = new Set<string>();
  for (const event of history.events) {
    if (event.f === 'read' && event.type === 'ok') increase(reads, String(event['served_by'] ?? 'an unknown source'));
    if (event.f === 'show') increase(shows, String(event.session ?? event.process));
    if (event.f === 'fault' && event.process !== 'ratchet') faults.add(faultName(event));
  }
  return { number, valid, sentence: violated && worstOf(violated)?.sentence, reads, shows, faults };
}

function faultName({ fault, effect }: HistoryEvent): string {
  return String(fault ?? effect ?? 'fault');
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Of the first attempt that is violated, and the first that holds. */
function differencesOf(facts: readonly AttemptFacts[]): string[] {
  const violated = firstOf(facts.filter(({ valid }) => valid === false));
  const held = firstOf(facts.filter(({ valid }) => valid === true));
  const [one, other] = [`attempt ${violated.number}`, `attempt ${held.number}`];
  return [
    `${one}: ${violated.sentence ?? 'violated'}; ${other} held`,
    ...[...violated.faults].filter((name) => !held.faults.has(name)).map((name) => onlyIn(name, one, other)),
    ...[...held.faults].filter((name) => !violated.faults.has(name)).map((name) => onlyIn(name, other, one)),
    ...countsThatDiffer(violated.reads, held.reads).map(
      ([node, a, b]) => `${node} answered ${a} reads in ${one}, ${b} in ${other}`,
    ),
    ...countsThatDiffer(violated.shows, held.shows).map(
      ([session, a, b]) => `${session} was shown ${a} values in ${one}, ${b} in ${other}`,
    ),
  ];
}

function onlyIn(fault: string, one: string, other: string): string {
  return `the fault ${fault} applied in ${one}, and not in ${other}`;
}

function countsThatDiffer(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): [name: string, a: number, b: number][] {
  const names = [...new Set([...a.keys(), ...b.keys()])].toSorted();
  return names
    .map((name): [string, number, number] => [name, a.get(name) ?? 0, b.get(name) ?? 0])
    .filter(([, left, right]) => left !== right);
}
