/**
 * For users of vitest: `import 'ratchet/vitest'`, then `await expect(subject).toHoldUnder(scenario)` searches the range
 * of the scenario in simulation for a plan that breaks the subject, and reports the smallest one that it finds.
 */
import { expect } from 'vitest';
import { explore } from './api/verbs.ts';
import { isScenario } from './explore/space.ts';
import { PLAN_SPACE } from './plan/arbitraries.ts';
import type { Range } from './plan/range.ts';
import type { Scenario } from './plan/scenario.ts';
import type { FoundPlan } from './port/reporter.ts';
import type { Subject } from './port/subject.ts';
import { describeFound } from './report/explored.ts';
import { plainPalette } from './report/palette.ts';
import { describeBody } from './report/run-text.ts';

export interface HoldOptions {
  /** Number of plans to try. Default: 200. */
  runs?: number;
  /** Seed of the plans. Default: 1. */
  seed?: number;
  /** Parameters of the scenario; the others keep their defaults. */
  parameters?: Readonly<Record<string, number>>;
  /** The properties to judge, instead of those of the scenario. */
  properties?: readonly string[];
  /** Folder in which the smallest plan that breaks the subject is saved. Default: `reports`. */
  report?: string;
}

declare module 'vitest' {
  // The type parameters are vitest's own, whether they are used here or not.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** All tried plans keep their properties. They are drawn from the range of a scenario, or from the plan space. */
    toHoldUnder(range: Scenario | Range, options?: HoldOptions): T extends Subject ? Promise<Awaited<R>> : never;
  }
}

expect.extend({
  async toHoldUnder(subject: Subject, range: Scenario | Range, { runs: runsMax = 200, ...options }: HoldOptions = {}) {
    const name = isScenario(range) ? range.name : PLAN_SPACE;
    const { explorations } = await explore({ ...options, ranges: [range], subject, runs: runsMax });
    const { found, runs, valid, untestedReason } = explorations[0]!;
    if (valid === 'unknown' && found === undefined) throw new Error(`${name} could not be judged: ${untestedReason}`);
    if (found === undefined) {
      return { pass: true, message: () => `${subject.name} held under all ${runs} plans of ${name} that were tried` };
    }
    const finding = await describe(found);
    if (found.failing.kind !== 'violation') throw new Error(`${name} could not be judged: ${finding}`);
    return { pass: false, message: () => `${subject.name} does not hold under ${name}\n${finding}` };
  },
});

/** The smallest plan, its counterexample and its replay command. */
async function describe(found: FoundPlan): Promise<string> {
  const words = { palette: plainPalette, showsLines: false, showsPlan: false, showsEach: false };
  const body = await describeBody(found.runs[0]!, words);
  return [describeFound(found, plainPalette), ...body].join('\n');
}
