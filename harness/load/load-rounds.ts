/**
 * A plan that runs again and again in one run, for as long as the load lasts. Each round has stories, workers and tabs of its
 * own, so that its moments and faults are those of the plan.
 */
import { UsageError } from '../errors.ts';
import { hasField, kindNamed } from '../faults/fault-registry.ts';
import type { Moment } from '../plan/moment.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';

/** How long k6 has to start before the first round. */
export const LEAD_MS = 3_000;
/** Rounds in one run, which is limited to an hour. */
const ROUNDS_MAX = 300;
const EVERY_MS_MIN = 3_000;
const RUN_MS_MAX = 3_600_000;
/** What remains after the last round: the last polls, and the end of the faults. */
const REST_MS = 300_000;
/** The faults of a later round apply before its generations start, as they do at the start of a run. */
const START_MS = 150;
/** The fields of a plan whose values are names of stories, workers and tabs. */
const NAMES: ReadonlySet<string> = new Set(['worker', 'session', 'story', 'actor', 'key', 'process']);

export interface Rounds {
  plan: Plan;
  /** How many, and the milliseconds from one to the next. */
  count: number;
  everyMs: number;
}

/**
 * @param everyMs from the start of a round to that of the next; by default twice its shortest duration, at least 3 s
 * @throws UsageError if the load is shorter than one round, or longer than a run may last
 */
export function roundsOf(plan: Plan, loadMs: number, everyMs: number = defaultEvery(plan, loadMs)): Rounds {
  const shortest = shortestMs(plan);
  if (loadMs < LEAD_MS + shortest) {
    const hint = `use --duration ${Math.ceil((LEAD_MS + shortest) / 1e3)}s or more`;
    throw new UsageError('load-too-short', `the generations of ${plan.scenario} last longer than the load`, hint);
  }
  if (loadMs > RUN_MS_MAX - REST_MS) {
    throw new UsageError('load-too-long', 'a load lasts at most 55 minutes', 'repeat it, or use `ratchet watch`');
  }
  if (everyMs < shortest) {
    const what = `a round of ${plan.scenario} lasts at least ${shortest} ms`;
    throw new UsageError('rounds-overlap', what, `use --round-every ${Math.ceil(shortest / 1e3)}s or more`);
  }
  // A primary can be lost once.
  const isOnce = plan.faults.some(({ kind }) => kind === 'promotion');
  const count = isOnce ? 1 : Math.max(1, Math.floor((loadMs - LEAD_MS) / everyMs));
  if (count * plan.generations.length > 1_000 || count * plan.faults.length > 1_000) {
    const hint = `use --round-every ${Math.ceil(loadMs / ROUNDS_MAX / 1e3)}s or more`;
    throw new UsageError('too-many-rounds', `${count} rounds of ${plan.scenario} are too many for one run`, hint);
  }
  return { plan: repeated(plan, count, everyMs, loadMs), count, everyMs };
}

/** The name of a story, a worker or a tab in a round, from 1. */
export function nameInRound(name: string, round: number): string {
  return round === 1 ? name : `${name}-r${round}`;
}

function defaultEvery(plan: Plan, loadMs: number): number {
  const rounds = Math.floor(ROUNDS_MAX / Math.max(1, plan.generations.length, plan.faults.length / 3));
  return Math.ceil(Math.max(EVERY_MS_MIN, 2 * shortestMs(plan), loadMs / Math.max(1, rounds)));
}

/** How long the slow parts of the longest generation take. */
function shortestMs({ generations, watch_on_ms: watchOn }: Plan): number {
  const lengths = generations.map(
    ({ start, steps }) =>
      ('at_ms' in start ? start.at_ms : start.plus_ms) + steps.reduce((sum, step) => sum + step.after_ms, 0),
  );
  return Math.max(...lengths) + watchOn;
}

function repeated(plan: Plan, count: number, everyMs: number, loadMs: number): Plan {
  const rounds = Array.from({ length: count }, (_, at) => {
    const round = { number: at + 1, beginMs: LEAD_MS + at * everyMs, endMs: LEAD_MS + (at + 1) * everyMs - START_MS };
    return roundOf(plan, { ...round, isLast: at === count - 1 });
  });
  return parsePlan(
    {
      ...plan,
      generations: rounds.flatMap(({ generations }) => generations),
      observers: rounds.flatMap(({ observers }) => observers),
      faults: rounds.flatMap(({ faults }) => faults),
      // Of many rounds, some may miss their fault: what was tested at all is judged over all of them.
      allows: [...new Set([...plan.allows, 'fault-unused', 'fault-without-effect'] as const)],
      run_ms_max: Math.min(RUN_MS_MAX, loadMs + REST_MS),
    },
    `the rounds of ${plan.scenario}`,
  );
}

interface Round {
  /** From 1. */
  number: number;
  /** Milliseconds of the run. */
  beginMs: number;
  endMs: number;
  /** Its tabs stay open for the final look. */
  isLast: boolean;
}

function roundOf(
  plan: Plan,
  { number, beginMs, endMs, isLast }: Round,
): Pick<Plan, 'generations' | 'observers' | 'faults'> {
  const names = namesOf(plan);
  const { generations, observers, faults } = renamed(
    { generations: plan.generations, observers: plan.observers, faults: plan.faults },
    (name) => (names.has(name) ? nameInRound(name, number) : name),
  );
  const anchor = observers.toSorted((a, b) => startMs(a.start) - startMs(b.start))[0];
  const later = (moment: Moment, byMs: number): Moment => {
    if ('at_ms' in moment) return { at_ms: moment.at_ms + beginMs + byMs };
    const patterns = [moment.after].flat();
    const begins = anchor === undefined ? [] : [{ f: 'watch', phase: 'begin', session: anchor.session } as const];
    const within = moment.within_ms === undefined ? {} : { within_ms: moment.within_ms + beginMs };
    return { ...moment, after: [...begins, ...patterns], ...within };
  };
  // Where the machine is too slow for a round, the next one must not wait for it.
  const inTime = (moment: Moment): Moment => {
    const placed = later(moment, 0);
    return 'at_ms' in placed ? placed : { ...placed, within_ms: Math.min(placed.within_ms ?? endMs, endMs) };
  };
  return {
    generations: generations.map(({ steps, start, ...each }) => ({
      ...each,
      start: later(start, START_MS),
      steps: steps.map((step) => (step.when === undefined ? step : { ...step, when: inTime(step.when) })),
    })),
    observers: observers.map(({ start, until, ...each }) => ({
      ...each,
      start: later(start, 0),
      ...(until === undefined ? (isLast ? {} : { until: { at_ms: endMs } }) : { until: later(until, 0) }),
    })),
    faults: faults.map((fault) => inRound(fault, later, inTime, endMs)),
  };
}

type Fault = Plan['faults'][number];

/** A fault that lasts ends with its round at the latest. */
function inRound(
  fault: Fault,
  later: (moment: Moment, byMs: number) => Moment,
  inTime: (moment: Moment) => Moment,
  endMs: number,
): Fault {
  if (!('from' in fault)) return fault;
  const from = later(fault.from, 0);
  if (!hasField(kindNamed(fault.kind), 'until')) return { ...fault, from } as Fault;
  const { until } = fault as { until?: Moment };
  return { ...fault, from, until: until === undefined ? { at_ms: endMs } : inTime(until) } as Fault;
}

function startMs(start: Moment): number {
  return 'at_ms' in start ? start.at_ms : Number.POSITIVE_INFINITY;
}

function namesOf({ generations, observers }: Plan): Set<string> {
  return new Set([
    ...generations.flatMap(({ worker, story }) => [worker, story]),
    ...observers.flatMap(({ session, story }) => [session, story]),
  ]);
}

/** Renames in every field that holds a name; a process is named `NAME` or `NAME/…`. */
function renamed<T>(value: T, rename: (name: string) => string): T {
  const visit = (each: unknown, field: string): unknown => {
    if (typeof each === 'string') return NAMES.has(field) ? each.replace(/^[^/]+/, rename) : each;
    if (Array.isArray(each)) return each.map((item) => visit(item, field));
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, item]) => [name, visit(item, name)]));
  };
  return visit(value, '') as T;
}
