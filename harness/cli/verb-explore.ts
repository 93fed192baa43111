import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { UsageError } from '../errors.ts';
import { exploreSpaces, SIMULATED, type ExploreProgress } from '../explore/explore-spaces.ts';
import { loadSpace } from '../explore/space.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import { describeProgress } from '../report/explored.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';
import { requireProperties } from '../runner/judgement.ts';
import { backendNames, loadBackend } from '../runner/backend-registry.ts';
import { duration } from './bounds.ts';
import { propertyOption, reportOption, seedOption, setOption, subjectOption } from './options.ts';
import { wholeNumber, type RunFlags } from './options.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ExploreFlags extends Omit<RunFlags, 'runs'> {
  runs?: number;
  time?: number;
  workers: number;
  keep?: boolean;
  checkDeterminism?: boolean;
}

const RUNS = 1_000;

export function addExplore(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('explore')
    .description('search the range of a scenario for a plan that breaks the subject, and shrink it')
    .argument(
      '[scenario...]',
      `names that \`ratchet list\` shows, or ${PLAN_SPACE}: everything (default: ${PLAN_SPACE})`,
    )
    .addOption(subjectOption())
    .addOption(
      new Option(
        '--backend <name>',
        `where a find is run once more, besides the simulation that finds it: ${backendNames().join(', ')}`,
      ).default(SIMULATED),
    )
    .addOption(seedOption())
    .addOption(
      new Option('--runs <n>', `how many plans to try (default: ${RUNS}, without --time)`).argParser(wholeNumber(1)),
    )
    .addOption(new Option('--time <duration>', 'how long to try, e.g. 30s or 500ms').argParser(duration))
    .addOption(
      new Option('--workers <n>', 'threads that search; they change nothing but the time')
        .default(availableParallelism(), 'one for each core')
        .argParser(wholeNumber(1)),
    )
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(new Option('--keep', 'keep a find in regressions/ beside the scenarios, where every run begins'))
    .addOption(new Option('--check-determinism', 'run every plan twice, and look for nothing but a difference'))
    .addOption(reportOption());
  for (const option of reportingOptions()) command.addOption(option);
  command.action(async (names: string[], flags: ExploreFlags) => finish(await exploreAll(names, flags, signal)));
}

async function exploreAll(names: readonly string[], flags: ExploreFlags, signal: AbortSignal): Promise<number> {
  const reporting = await openReporting(flags);
  const catalogue = await openCatalogue(process.cwd());
  const subjectAs = flags.subject ?? catalogue.defaultSubject();
  const subject = await catalogue.loadSubject(subjectAs);
  if (flags.property !== undefined) requireProperties(flags.property);
  await loadBackend(flags.backend);
  const wanted = names.length === 0 ? [PLAN_SPACE] : names;
  // All are loaded before the first begins: what is misspelt is told at once.
  const spaces = await Promise.all(wanted.map((name) => loadSpace(catalogue, name, flags.set, subject)));
  const runs = flags.runs ?? (flags.time === undefined ? RUNS : undefined);
  const valid = await exploreSpaces({
    spaces,
    subject,
    subjectAs,
    folder: process.cwd(),
    seed: flags.seed,
    set: flags.set,
    properties: flags.property,
    runs,
    timeMs: flags.time,
    workers: flags.workers,
    checkDeterminism: flags.checkDeterminism ?? false,
    backend: flags.backend,
    keepIn: flags.keep === true ? folderToKeepIn(catalogue) : undefined,
    reportRoot: flags.report,
    reporter: reporting.reporter,
    onProgress: (state) => progress(describeState(state, runs)),
    signal,
  });
  return reporting.exitCode(valid);
}

function folderToKeepIn({ scenarioFolders: [folder] }: Catalogue): string {
  if (folder !== undefined) return folder;
  throw new UsageError('scenario-folder-missing', 'ratchet.config.ts names no folder of scenarios to keep it in');
}

function describeState(state: ExploreProgress, runs: number | undefined): string {
  const { scenario, subject, backend, seed } = state;
  if ('message' in state) return `${backend}  ${state.message}`;
  return `${scenario} · ${subject} · seed ${seed}  ${describeProgress(state.search, runs)}`;
}
