/**
 * For users of vitest: `import 'ratchet/vitest'`, then `await expect(subject).toHoldUnder(scenario)` searches the range
 * of the scenario in simulation for a plan that breaks the subject, and reports the smallest one that it finds.
 */
import { expect, TestRunner } from 'vitest';
import { requireHoldArguments, requireScenarioFor, timeWithin, type HoldOptions } from './api/hold-options.ts';
import { explore, run } from './api/verbs.ts';
import { isScenario } from './explore/space.ts';
import { PLAN_SPACE } from './plan/arbitraries.ts';
import type { Range } from './plan/range.ts';
import type { Scenario } from './plan/scenario.ts';
import type { FoundPlan, JudgedRun } from './port/reporter.ts';
import type { Subject } from './port/subject.ts';
import { describeFailedCheck } from './report/check-text.ts';
import { describeFound } from './report/explored.ts';
import { plainPalette } from './report/palette.ts';
import { printable, printableData } from './report/printable.ts';
import { printableRun } from './report/printable-reporter.ts';
import { describeBody } from './report/run-text.ts';

export type { HoldOptions };

declare module 'vitest' {
  // The type parameters are vitest's own, whether they are used here or not.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * All tried plans keep their properties. They are drawn from the range of a scenario, given by its name too, or from
     * the plan space. It ends within the time limit of the test. Rejects if nothing was tried or could be judged.
     */
    toHoldUnder(
      range: string | Scenario | Range,
      options?: HoldOptions,
    ): T extends Subject ? Promise<Awaited<R>> : never;
  }
}

interface Outcome {
  pass: boolean;
  message(): string;
}

expect.extend({
  toHoldUnder(subject: Subject, range: string | Scenario | Range, options: HoldOptions = {}): Promise<Outcome> {
    return holdUnder(subject, range, options);
  },
});

async function holdUnder(subject: Subject, range: string | Scenario | Range, options: HoldOptions): Promise<Outcome> {
  requireHoldArguments(range, options);
  if (options.backend === undefined) return searched(subject, range, options);
  return ranOn(options.backend, subject, requireScenarioFor(options.backend, range), options);
}

const DEFAULT_PLANS = 200;

async function searched(
  subject: Subject,
  range: string | Scenario | Range,
  { timeMs, runs: runsMax = DEFAULT_PLANS, ...options }: HoldOptions,
): Promise<Outcome> {
  const name = nameOf(range);
  const test = TestRunner.getCurrentTest();
  const { limitMs, searchMs } = timeWithin(test, { timeMs });
  const { explorations } = await explore({
    ...options,
    ranges: [range],
    subject,
    runs: runsMax,
    timeMs: searchMs,
    limitMs,
  });
  const { found, runs, elapsedMs, valid, untestedReason, failedCheck } = explorations[0]!;
  if (found !== undefined) return notHeld(subject, name, found);
  const seconds = (elapsedMs / 1_000).toFixed(1);
  if (runs === 0) {
    throw new Error(
      `nothing was tested: no plan of ${name} was tried in ${seconds} s — give the test a longer time limit`,
    );
  }
  if (valid === 'unknown') {
    const mistake = failedCheck === undefined ? '' : `\nmistake: ${describeFailedCheck(failedCheck)}`;
    throw new Error(`${name} could not be judged: ${printable(untestedReason ?? '')}${mistake}`);
  }
  const tried =
    runs < runsMax ? `${runs} of ${runsMax} plans of ${name}, in ${seconds} s` : `all ${runs} plans of ${name}`;
  await test?.context.annotate(`tried ${tried}`);
  return { pass: true, message: () => `${subject.name} held under ${tried}` };
}

async function notHeld(subject: Subject, name: string, found: FoundPlan): Promise<Outcome> {
  const { runs } = found;
  const told = { ...printableData({ ...found, runs: [] }), runs };
  const body = await describe(found.runs[0]!);
  const finding = [describeFound(told, plainPalette), ...body].join('\n');
  if (found.failing.kind !== 'violation') throw new Error(`${name} could not be judged: ${finding}`);
  return { pass: false, message: () => `${subject.name} does not hold under ${name}\n${finding}` };
}

async function ranOn(
  backend: string,
  subject: Subject,
  scenario: string | Scenario,
  { timeMs, ...options }: HoldOptions,
): Promise<Outcome> {
  const name = nameOf(scenario);
  const { limitMs } = timeWithin(TestRunner.getCurrentTest(), { timeMs });
  const signal = Number.isFinite(limitMs) ? AbortSignal.timeout(Math.floor(limitMs)) : undefined;
  const { runs, valid } = await run({ ...options, scenarios: [scenario], subject, backend, ...(signal && { signal }) });
  const failing = runs.find((each) => each.valid !== true);
  const finding = failing === undefined ? '' : (await describe(failing)).join('\n');
  if (valid === false) return { pass: false, message: () => `${subject.name} does not hold under ${name}\n${finding}` };
  if (valid === true) return { pass: true, message: () => `${subject.name} held in ${runs.length} runs of ${name}` };
  const why =
    signal?.aborted === true
      ? `it was stopped after ${Math.round(limitMs)} ms: give the test a longer time limit`
      : [...(failing?.untested?.slice(0, 1).map(printable) ?? []), finding].join('\n');
  throw new Error(`${name} could not be judged: ${why}`);
}

function nameOf(range: string | Scenario | Range): string {
  if (typeof range === 'string') return range;
  return isScenario(range) ? range.name : PLAN_SPACE;
}

/** The plan, its counterexample and its replay command. */
function describe(run: JudgedRun): Promise<string[]> {
  return describeBody(printableRun(run), {
    palette: plainPalette,
    showsLines: false,
    showsPlan: false,
    showsEach: false,
  });
}
