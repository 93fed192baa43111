import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { exploreRanges } from '../api/explore-ranges.ts';
import { UsageError } from '../errors.ts';
import { baseNames } from '../explore/exhaustive/bases.ts';
import type { Progress } from '../explore/explore.ts';
import { SIMULATED } from '../explore/explore-spaces.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import type { RunTitle } from '../port/reporter.ts';
import { describeProgress } from '../report/explored.ts';
import { DEFAULT_PLANS } from '../runner/defaults.ts';
import { backendNames } from '../runner/backend-registry.ts';
import { duration } from './bounds.ts';
import {
  describeBaseProgress,
  exhaustiveOption,
  exhaustiveOptions,
  exhaustiveSearch,
  requireExhaustive,
  type ExhaustiveFlags,
} from './exhaustive-options.ts';
import { gateIn, gateOptions, type GateFlags } from './gate-options.ts';
import { propertyOption, reportOption, seedOption, setOption, subjectOption } from './options.ts';
import { wholeNumber, type RunFlags } from './options.ts';
import { shardIn, shardOption, type ShardFlags } from './shard-options.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { keepReportsOption, withRetention } from './keep-reports.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ExploreFlags extends Omit<RunFlags, 'runs'>, ExhaustiveFlags, GateFlags, ShardFlags {
  runs?: number;
  time?: number;
  workers: number;
  keep?: boolean;
  checkDeterminism?: boolean;
  coverage?: boolean;
}

export function addExplore(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('explore')
    .description('search the range of a scenario for a plan that breaks the subject, and shrink it')
    .argument(
      '[scenario...]',
      `names that \`ratchet list\` shows, or ${PLAN_SPACE} for all plans (default: ${PLAN_SPACE})`,
    )
    .addOption(subjectOption())
    .addOption(
      new Option(
        '--backend <name>',
        `runs a found plan again, after the simulation that found it: ${backendNames().join(', ')}`,
      ).default(SIMULATED),
    )
    // Refused by name: `run`, `replay` and `try` have it.
    .addOption(new Option('--on <name>').hideHelp())
    .addOption(seedOption())
    .addOption(
      new Option('--runs <n>', `number of plans to try (default: ${DEFAULT_PLANS}, or no limit with --time)`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(new Option('--time <duration>', 'time limit of the search, e.g. 30s or 500ms').argParser(duration))
    .addOption(
      new Option('--workers <n>', 'number of search threads; the result does not depend on it')
        .default(availableParallelism(), 'one for each core')
        .argParser(wholeNumber(1)),
    )
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(
      new Option(
        '--keep',
        'save a found plan in regressions/ beside the scenarios; `ratchet run` runs these plans first',
      ),
    )
    .addOption(
      new Option('--check-determinism', 'run every plan twice, and report only differences between the two runs'),
    )
    .addOption(
      new Option(
        '--coverage',
        'show at the end which branches of the code of the subject were taken, and the lines of those that never were',
      ),
    )
    .addOption(reportOption())
    .addOption(keepReportsOption())
    .addOption(shardOption('plans'))
    .addOption(
      exhaustiveOption(
        'instead of drawing plans: try every plan with at most n deviations (1 or 2) from a base, which is a scenario or one of ' +
          `${baseNames(1).join(', ')}`,
      ).conflicts(['runs', 'time', 'checkDeterminism', 'coverage']),
    );
  for (const option of exhaustiveOptions()) command.addOption(option);
  for (const option of [...gateOptions(), ...reportingOptions()]) command.addOption(option);
  command.action(async (names: string[], flags: ExploreFlags) =>
    finish(await withRetention(flags, () => exploreAll(names, flags, signal))),
  );
}

async function exploreAll(names: readonly string[], flags: ExploreFlags, signal: AbortSignal): Promise<number> {
  if (flags.on !== undefined) throw searchesInSimulation(flags.on);
  requireExhaustive(flags);
  const { reporter, exitCode } = await openReporting(flags);
  const { subject, backend, seed, runs, time: timeMs, workers, keep, checkDeterminism, coverage, report } = flags;
  const search = { subject, backend, seed, runs, timeMs, workers, keep, checkDeterminism, coverage, report };
  const runsMax = runs ?? (timeMs === undefined ? DEFAULT_PLANS : undefined);
  const valid = await exploreRanges({
    ...search,
    ...exhaustiveSearch(flags, signal),
    ...gateIn(flags),
    ...shardIn(flags),
    ranges: names.length === 0 ? undefined : names,
    parameters: flags.set,
    properties: flags.property,
    reporter,
    onProgress: (state) =>
      progress('search' in state ? describeState(state, { runsMax, timeMs }) : describeBaseProgress(state)),
    signal,
  });
  return exitCode(valid);
}

function searchesInSimulation(environment: string): UsageError {
  return new UsageError(
    'explore-on-environment',
    `explore searches in a simulation, which the environment ${environment} cannot take part in`,
    `replay the plan that it finds: ratchet replay PLAN --on ${environment}`,
  );
}

function describeState(state: RunTitle & { search: Progress }, limits: Parameters<typeof describeProgress>[1]): string {
  const { scenario, subject, seed } = state;
  return `${scenario} · ${subject} · seed ${seed}  ${describeProgress(state.search, limits)}`;
}
