/** Searches near bases one after the other and reports each to a reporter, for `ratchet explore --exhaustive`. */
import type { Validity } from '../../checker/verdict.ts';
import { realClock } from '../../clock.ts';
import { UsageError } from '../../errors.ts';
import type { JudgedExploration, Reporter, RunTitle } from '../../port/reporter.ts';
import { itemAt } from '../../required.ts';
import { DEFAULT_BACKEND, DEFAULT_SEED } from '../../runner/defaults.ts';
import { digestOf } from '../../runner/digest.ts';
import { reportingEnd } from '../../runner/reporting-end.ts';
import { confirmed, recordOf, type ConfirmOptions } from '../explore-spaces.ts';
import type { Base } from './bases.ts';
import type { Subject } from '../../port/subject.ts';
import { inMacrotask } from '../../simulation/simulate.ts';
import { simulationOf } from '../simulation.ts';
import { failureTest, steadiness } from '../trial.ts';
import type { BaseFacts, FailedPlan } from './enumerator.ts';
import { exhaust, type DeviationsMax, type ExhaustProgress, type Exhausted, type ExhaustiveWorker } from './exhaust.ts';
import type { SavedBatches } from './saved-batches.ts';
import type { Shard } from '../../port/shard.ts';

export interface ExploreBasesOptions extends Omit<ConfirmOptions, 'onProgress'> {
  bases: readonly Base[];
  deviationsMax: DeviationsMax;
  shard: Shard;
  seed: number;
  workersOf(base: Base): ExhaustiveWorker[];
  /** Called at the end, or when the search is interrupted. */
  closeWorkers(): void;
  savedOf(base: Base): SavedBatches;
  reporter: Reporter;
  /** Called with the estimated number of plans; rejects to refuse them. */
  onEstimate(plans: number, base: Base): Promise<void>;
  onProgress(message: RunTitle & ({ exhaustive: ExhaustProgress } | { message: string })): void;
}

/** @returns the combined verdict: false if a plan violates a property, unknown if not all plans were judged */
export async function exploreBases(options: ExploreBasesOptions): Promise<Validity> {
  const { reporter } = options;
  const defaults = { backend: DEFAULT_BACKEND, seed: DEFAULT_SEED };
  return reportingEnd(reporter, realClock(), async (judged) => {
    const titles = titlesOf(options);
    const plans = digestOf(options.bases.map(({ plan }) => plan));
    const part = { ...options.shard, titles, mine: [...titles.keys()], plans };
    await reporter.begin?.({ verb: 'explore', titles, leftOut: [], defaults, part });
    judged.push(...(await judgeBases(options)));
  });
}

export function titlesOf({
  bases,
  subject,
  seed,
}: Pick<ExploreBasesOptions, 'bases' | 'subject' | 'seed'>): RunTitle[] {
  return bases.map(({ name }) => ({ scenario: name, subject: subject.name, seed }));
}

/** Reports each base; does not report the begin and the end of the verb. */
export async function judgeBases(options: ExploreBasesOptions): Promise<Validity[]> {
  const { signal, closeWorkers } = options;
  signal.addEventListener('abort', closeWorkers, { once: true });
  try {
    return await judgeEach(options);
  } finally {
    signal.removeEventListener('abort', closeWorkers);
    closeWorkers();
  }
}

async function judgeEach(options: ExploreBasesOptions): Promise<Validity[]> {
  const { bases, reporter, signal } = options;
  const titles = titlesOf(options);
  const judged: Validity[] = [];
  for (const [at, base] of bases.entries()) {
    if (signal.aborted) break;
    await reporter.starting?.(itemAt(titles, at));
    const exploration = await exploreBase(base, itemAt(titles, at), options);
    judged.push(exploration.valid);
    await reporter.explored?.(exploration);
  }
  if (judged.length < bases.length) judged.push('unknown');
  return judged;
}

async function exploreBase(base: Base, title: RunTitle, options: ExploreBasesOptions): Promise<JudgedExploration> {
  const { signal, shard, deviationsMax, subject, onProgress } = options;
  const exhausted = await exhaust({
    workers: options.workersOf(base),
    base: base.plan,
    deviationsMax,
    shard,
    saved: options.savedOf(base),
    clock: realClock(),
    onBase: (facts) => requireTested(facts, base, subject.name),
    onEstimate: (plans) => options.onEstimate(plans, base),
    onProgress: (exhaustive) => onProgress({ ...title, exhaustive }),
    signal,
  });
  const { found: failed, alphabet, tried, elapsedMs, untested, untestedReason, isInterrupted, ...rest } = exhausted;
  // It has the fewest deviations, since plans with fewer were tried before it.
  const find = failed && {
    failing: failed.failing,
    minimal: failed.plan,
    isShrunk: true,
    shrinkRuns: 0,
    steadiness: await steadinessOf(failed, subject),
  };
  const found = find === undefined ? undefined : await confirmed(find, base, { ...options, onProgress });
  const valid = validityOf(found, exhausted);
  const measured = {
    runs: tried,
    runsPerSecond: elapsedMs > 0 ? (tried / elapsedMs) * 1_000 : 0,
    elapsedMs,
    coverage: alphabet,
    pairs: [],
    untested,
    ...(untestedReason === undefined ? {} : { untestedReason }),
    isInterrupted,
  };
  const resume = isInterrupted && rest.plans !== undefined ? '--resume' : undefined;
  const exhaustive = { ...rest, base: base.title, plan: base.plan, resume };
  return {
    ...title,
    ...measured,
    valid,
    expected: undefined,
    isDeterminismCheck: false,
    found,
    exhaustive,
    record: { space: base.name, ...measured, valid, exhaustive, ...(found && { found: recordOf(found) }) },
  };
}

/** The number of other timings under which it fails too. */
async function steadinessOf({ failing, plan }: FailedPlan, subject: Subject): Promise<number | undefined> {
  if (failing.kind !== 'violation') return undefined;
  const simulate = await simulationOf(subject);
  return inMacrotask(() => steadiness(failureTest(failing, simulate), plan));
}

/** A violation that vanishes in a new process is not one. */
function validityOf(
  found: JudgedExploration['found'],
  { isInterrupted, broken, untested, found: failed }: Exhausted,
): Validity {
  if (found?.failing.kind === 'violation') return false;
  return failed !== undefined || isInterrupted || broken > 0 || untested > 0 ? 'unknown' : true;
}

/** @throws UsageError for a base that tests nothing, so that its deviations would not either */
function requireTested({ untestedReason, isIdle }: BaseFacts, { name }: Base, subject: string): void {
  const reason = untestedReason ?? (isIdle === true ? 'no row was written' : undefined);
  if (reason === undefined) return;
  throw new UsageError(
    'base-untested',
    `the base ${name} tests nothing of ${subject}, without any deviation: ${reason}`,
    '`ratchet try` names the mistake',
  );
}
