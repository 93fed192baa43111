/** The runs of one value of a parameter whose limit is searched. */
import { foldValidity, type Validity } from '../checker/verdict.ts';
import type { LimitPoint } from '../port/limit.ts';
import type { JudgedRun, Reporter } from '../port/reporter.ts';
import { collect } from './collect.ts';
import { loadScenario, type LoadScenarioOptions } from './load-scenario.ts';
import { runScenarios, type RunScenariosOptions } from './run-scenarios.ts';

type PointOptions = Omit<
  RunScenariosOptions,
  'scenarios' | 'tags' | 'reporter' | 'regressions' | 'onUnsupported' | 'seed'
> & {
  scenario: string;
  vary: string;
  runs: number;
};

export async function pointAt(value: number, { scenario, vary, runs, ...options }: PointOptions): Promise<LimitPoint> {
  const collected = await collect(undefined, (reporter) =>
    runScenarios({
      ...options,
      scenarios: [scenario],
      parameters: { ...options.parameters, [vary]: value },
      runs,
      reporter,
      regressions: false,
      // A lag that is too short to be met does no harm.
      allows: ['fault-without-effect'],
    }),
  );
  return pointOf(value, collected.runs);
}

/** What a load has beside the number of its tabs. */
export type LoadOfLimit = Pick<
  LoadScenarioOptions,
  'durationMs' | 'everyMs' | 'roundEveryMs' | 'maxLatencyMs' | 'minAvailability'
>;

/** A load for each run, with so many tabs. */
export async function loadPointAt(
  tabs: number,
  { scenario, runs, load, ...options }: Omit<PointOptions, 'vary'> & { load?: LoadOfLimit },
): Promise<LimitPoint> {
  const collected = await collect(undefined, loads);
  return pointOf(tabs, collected.runs);

  async function loads(reporter: Reporter): Promise<Validity> {
    const judged: Validity[] = [];
    for (let seed = 1; seed <= runs && options.signal?.aborted !== true; seed += 1) {
      judged.push(await loadScenario({ ...options, ...load, scenario, tabs, seed, reporter }));
    }
    return foldValidity(judged);
  }
}

function pointOf(value: number, runs: readonly JudgedRun[]): LimitPoint {
  const count = (valid: Validity): number => runs.filter((run) => run.valid === valid).length;
  const judged = count(true) + count(false);
  return {
    value,
    runs: runs.length,
    held: count(true),
    unknown: count('unknown'),
    interval: wilson(count(true), judged),
  };
}

/** The 95% score interval of a share (Wilson, Journal of the American Statistical Association, 1927). */
function wilson(successes: number, trials: number): readonly [number, number] {
  if (trials === 0) return [0, 1];
  const z = 1.959_964;
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return [centre - half, centre + half];
}
