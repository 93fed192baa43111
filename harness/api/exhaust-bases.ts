/** Prepares an exhaustive search from the options of a verb. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Validity } from '../checker/verdict.ts';
import { defineScenario } from '../define/define-scenario.ts';
import { UsageError } from '../errors.ts';
import { baseNames, PACES_OF_BASES, scenarioBase, type Base } from '../explore/exhaustive/bases.ts';
import { exploreBases, type ExploreBasesOptions } from '../explore/exhaustive/explore-bases.ts';
import type { Shard } from '../port/shard.ts';
import type { DeviationsMax } from '../explore/exhaustive/exhaust.ts';
import {
  enumeratorOf,
  judgedBase,
  loadBase,
  localExhaustiveWorker,
  type BaseChoice,
} from '../explore/exhaustive/exhaustive-job.ts';
import { startExhaustiveThread, type ExhaustiveThread } from '../explore/exhaustive/exhaustive-workers.ts';
import { savedIn } from '../explore/exhaustive/saved-batches.ts';
import { SIMULATED } from '../explore/explore-spaces.ts';
import { parametersOf, type Scenario } from '../plan/scenario.ts';
import { DEFAULT_REPORT, DEFAULT_SEED } from '../runner/defaults.ts';
import { prepareSimulationFiles } from '../runner/prepare-simulation.ts';
import { capabilitiesOf } from '../runner/requirements.ts';
import { requireShard } from './open-shard.ts';
import type { Project, ProjectOptions } from './project.ts';
import { requireSearch } from './search-requirements.ts';

/** The options of an exhaustive search. */
export interface ExhaustiveOptions {
  /** Tries every plan with at most so many deviations from each base. */
  exhaustive?: DeviationsMax;
  /** Continues a search with two deviations that was interrupted, from its file in `report`. */
  resume?: boolean;
  /** Whether to try more plans than a million; without it, they are refused. Receives an estimate. */
  confirmPlans?(plans: number, base: string): Promise<boolean>;
}

interface SearchOptions extends ExhaustiveOptions, ProjectOptions {
  shard?: Shard | undefined;
  seed?: number;
  workers?: number;
  backend?: string;
  set: Readonly<Record<string, string>>;
  keepIn: string | undefined;
  onProgress?: ExploreBasesOptions['onProgress'];
}

/** More plans than this are tried only if the user confirms them. */
const PLANS_MAX = 1_000_000;

/**
 * @param choices names of bases or scenarios, or scenarios; default: the small bases, with one deviation in all their paces
 * @throws UsageError for an unknown name, a base that the subject cannot run, and one that tests nothing
 */
export async function exhaustRanges(
  choices: readonly unknown[] | undefined,
  project: Project,
  options: SearchOptions,
): Promise<Validity> {
  return exploreBases(await basesOptions(choices, project, options));
}

export async function basesOptions(
  choices: readonly unknown[] | undefined,
  project: Project,
  options: SearchOptions,
): Promise<ExploreBasesOptions> {
  const { catalogue, subject, subjectAs } = project;
  const { exhaustive: deviationsMax = 1, shard = { number: 1, of: 1 }, seed = DEFAULT_SEED, properties, set } = options;
  const { backend = SIMULATED } = options;
  requireShard(shard);
  await requireSearch(subject, { properties, backend });
  const canRerun = capabilitiesOf(subject).includes('story-rerun');
  const bases = new Map<Base, BaseChoice | undefined>();
  for (const choice of choices ?? baseNames(deviationsMax === 1 ? PACES_OF_BASES : 1, canRerun)) {
    if (typeof choice === 'string') {
      const named = { name: choice, set, properties, seed };
      bases.set(await loadBase(catalogue, named, subject), named);
    } else bases.set(judgedBase(baseOfValue(choice, set, seed), properties, subject), undefined);
  }
  // Once for all threads; also reports a migration that cannot be applied.
  await prepareSimulationFiles(subject);
  const reportRoot = options.report ?? DEFAULT_REPORT;
  return {
    bases: [...bases.keys()],
    deviationsMax,
    shard,
    seed,
    ...workersFor(bases, project, options),
    savedOf: ({ name }) =>
      savedIn(fileOf(reportRoot, name, subject.name, { deviationsMax, shard }), options.resume === true),
    reporter: options.reporter ?? {},
    onEstimate: (plans, { name }) => requireConfirmation(plans, name, options.confirmPlans),
    onProgress: options.onProgress ?? (() => undefined),
    keepIn: options.keepIn,
    subject,
    subjectAs,
    reportRoot,
    backend,
    signal: options.signal ?? new AbortController().signal,
  };
}

function baseOfValue(choice: unknown, set: Readonly<Record<string, string>>, seed: number): Base {
  if (typeof choice !== 'object' || choice === null || !('plan' in choice)) {
    throw new UsageError(
      'base-unknown',
      'an exhaustive search has a base, not a range',
      'give a scenario, or its name',
    );
  }
  const scenario = defineScenario(choice as Scenario);
  return scenarioBase(scenario, seed, parametersOf(scenario, set));
}

/** Threads load the subject and the bases by their names. */
function workersFor(
  bases: ReadonlyMap<Base, BaseChoice | undefined>,
  { folder, subject, subjectAs, isNamed }: Project,
  { workers = availableParallelism() }: SearchOptions,
): Pick<ExploreBasesOptions, 'workersOf' | 'closeWorkers'> {
  const named = [...bases.values()].filter((each) => each !== undefined);
  const job = { folder, subject: subjectAs, bases: named };
  let threads: ExhaustiveThread[] | undefined;
  return {
    workersOf(base) {
      const choice = bases.get(base);
      if (choice === undefined || !isNamed) {
        const enumerator = enumeratorOf(base, subject);
        return [localExhaustiveWorker(() => enumerator)];
      }
      threads ??= Array.from({ length: workers }, () => startExhaustiveThread(job));
      return threads.map((thread) => thread.workerOf(named.indexOf(choice)));
    },
    closeWorkers: () => threads?.forEach((thread) => thread.close()),
  };
}

function fileOf(
  root: string,
  base: string,
  subject: string,
  { deviationsMax, shard }: Pick<ExploreBasesOptions, 'deviationsMax' | 'shard'>,
): string {
  const part = shard.of === 1 ? '' : `-${shard.number}-of-${shard.of}`;
  const name = `${base}-${subject}-${deviationsMax}${part}`.replaceAll(/[^\w.-]/g, '_');
  return join(root, 'exhaustive', `${name}.ndjson`);
}

async function requireConfirmation(
  plans: number,
  base: string,
  confirm: ExhaustiveOptions['confirmPlans'],
): Promise<void> {
  if (plans <= PLANS_MAX || (await confirm?.(plans, base)) === true) return;
  throw new UsageError(
    'plans-too-many',
    `there are about ${(plans / 1e6).toFixed(1)} million plans within 2 deviations of ${base}, which take hours`,
    'confirm them with --yes, divide them with --shard, or choose a smaller base',
  );
}
