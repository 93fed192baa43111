/** The options of `toHoldUnder`, and how much time they have within a test. */
import { wallTime } from '../clock.ts';
import { aListOf, aNumber, aText, anObject, requireFields, type Definition } from '../define/required-fields.ts';
import { UsageError } from '../errors.ts';
import type { Range } from '../plan/range.ts';
import type { Scenario } from '../plan/scenario.ts';

export interface HoldOptions {
  /** Number of plans to try. Default: 200, or fewer if the time is over before. With a backend: number of runs, 1. */
  runs?: number;
  /** Seed of the plans. Default: 1. */
  seed?: number;
  /** How many milliseconds to take. Default: what is left of the time limit of the test, less a reserve. */
  timeMs?: number;
  /**
   * The backend on which the scenario runs as it is, e.g. `embedded`, which takes some seconds of real time. Default: its
   * range is searched in simulation.
   */
  backend?: string;
  /** Parameters of the scenario; the others keep their defaults. */
  parameters?: Readonly<Record<string, number>>;
  /** The properties to judge, instead of those of the scenario. */
  properties?: readonly string[];
  /** Folder in which the plan that breaks the subject is saved. Default: `reports`. */
  report?: string;
}

const OPTIONS: Definition = {
  name: 'options',
  fields: {
    'runs?': aNumber,
    'seed?': aNumber,
    'timeMs?': aNumber,
    'backend?': aText,
    'parameters?': anObject,
    'properties?': aListOf('properties'),
    'report?': aText,
  },
  isClosed: true,
  hint: 'docs/API.md describes the options of toHoldUnder',
};

/** @throws UsageError that names the first argument that is invalid, in one line */
export function requireHoldArguments(range: unknown, options: HoldOptions): void {
  requireFields(options, OPTIONS);
  if (typeof range === 'string' || (typeof range === 'object' && range !== null && !Array.isArray(range))) return;
  throw new UsageError(
    'range-invalid',
    `toHoldUnder takes a scenario, its name, or a range, not ${String(range)}`,
    "for example toHoldUnder('lagging-replica')",
  );
}

/** A backend runs a whole scenario; the other ranges are only searched. */
export function requireScenarioFor(backend: string, range: string | Scenario | Range): string | Scenario {
  if (typeof range === 'string' || 'plan' in range) return range;
  const hint = 'give a scenario, or leave the backend out';
  throw new UsageError('range-invalid', `the backend ${backend} runs scenarios, not ranges`, hint);
}

/** The part of the remaining time that is used; the rest is for describing the result. */
const USED = 0.85;
/** The part of that time in which plans are tried; the rest is for shrinking what is found. */
const SEARCHED = 0.7;

interface TimedTest {
  /** The time limit of the test; 0 is none. */
  timeout: number;
  result?: { startTime?: number };
}

/** How long a call in a test may take, and for how long of this it searches; `Infinity` without a limit. */
export function timeWithin(
  test: TimedTest | undefined,
  { timeMs }: HoldOptions,
): { limitMs: number; searchMs: number } {
  const limitMs = timeMs ?? leftOf(test) * USED;
  return { limitMs, searchMs: limitMs * SEARCHED };
}

function leftOf(test: TimedTest | undefined): number {
  if (test === undefined || test.timeout === 0) return Infinity;
  const { startTime } = test.result ?? {};
  const elapsedMs = startTime === undefined ? 0 : wallTime().getTime() - startTime;
  return Math.max(0, test.timeout - elapsedMs);
}
