/**
 * For users of vitest: `import 'ratchet/vitest'`, then `await expect(subject).toHoldUnder(scenario)` searches the range
 * of the scenario for a plan that breaks the subject, in simulation, and tells the smallest that it finds.
 */
import { expect } from 'vitest';
import { realClock } from './clock.ts';
import { explore, type Found } from './explore/explore.ts';
import { localWorker } from './explore/search-workers.ts';
import { createSearcher } from './explore/search-job.ts';
import { simulationOf } from './explore/simulation.ts';
import { isScenario, variationsOf } from './explore/space.ts';
import { PLAN_SPACE } from './plan/arbitraries.ts';
import type { Range } from './plan/range.ts';
import type { Scenario } from './plan/scenario.ts';
import { describeFound } from './report/explored.ts';
import { plainPalette } from './report/palette.ts';
import { describeBody } from './report/run-text.ts';
import { execute } from './runner/execute.ts';
import { loadBackend } from './runner/backend-registry.ts';
import { judgedRun } from './runner/run-tasks.ts';
import type { Subject } from './port/subject.ts';

export interface HoldOptions {
  /** How many plans to try; 200. */
  runs?: number;
  /** What they are drawn from; 1. */
  seed?: number;
  /** Parameters of the scenario, over its defaults. */
  parameters?: Readonly<Record<string, number>>;
  /** What to judge, instead of what the scenario says. */
  properties?: readonly string[];
  /** Where the smallest plan that breaks the subject is left; `reports`. */
  report?: string;
}

declare module 'vitest' {
  // The type parameters are vitest's own, whether they are used here or not.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Every plan that is tried of a scenario's range, or of a range of the whole plan space, keeps its properties. */
    toHoldUnder(range: Scenario | Range, options?: HoldOptions): T extends Subject ? Promise<Awaited<R>> : never;
  }
}

expect.extend({
  async toHoldUnder(subject: Subject, range: Scenario | Range, options: HoldOptions = {}) {
    const name = isScenario(range) ? range.name : PLAN_SPACE;
    const { found, runs } = await search(subject, range, options);
    if (found === undefined) {
      return { pass: true, message: () => `${subject.name} held under all ${runs} plans of ${name} that were tried` };
    }
    const story = await tell(found, subject, options);
    if (found.failing.kind !== 'violation') throw new Error(`${name} could not be judged: ${story}`);
    return { pass: false, message: () => `${subject.name} does not hold under ${name}\n${story}` };
  },
});

function search(subject: Subject, range: Scenario | Range, options: HoldOptions) {
  const { runs = 200, seed = 1, properties, parameters = {} } = options;
  const set = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  const variations = variationsOf(range, set, subject);
  const searcher = createSearcher({
    variations,
    seed,
    simulate: simulationOf(subject),
    ...(properties === undefined ? {} : { properties }),
  });
  return explore({
    workers: [localWorker(searcher)],
    runs,
    clock: realClock(),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

/** The smallest plan, what is seen under it, and how to see it again. */
async function tell(found: Found, subject: Subject, { report: reportRoot = 'reports' }: HoldOptions): Promise<string> {
  const report = await execute({
    plan: found.minimal,
    subject,
    backend: await loadBackend('simulated'),
    reportRoot,
    expected: undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const body = await describeBody(judgedRun(report, subject.name), {
    palette: plainPalette,
    showsLines: false,
    showsPlan: false,
    showsEach: false,
  });
  return [describeFound({ ...found, plan: found.minimal }, plainPalette), ...body].join('\n');
}
