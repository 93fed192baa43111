import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { realClock } from '../clock.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { explore, type Explored, type Found } from '../explore/explore.ts';
import { threadWorker } from '../explore/search-workers.ts';
import { keepRegression } from '../explore/regressions.ts';
import { loadSpace, type Space } from '../explore/space.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import { describeExplored, describeFound, describeProgress } from '../report/explored.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';
import { execute, verdictFile, type RunReport } from '../runner/execute.ts';
import { requireProperties } from '../runner/judgement.ts';
import { backendNames, DEFAULT_BACKEND, loadBackend } from '../runner/backend-registry.ts';
import type { Subject } from '../port/subject.ts';
import { duration } from './bounds.ts';
import {
  formatOption,
  propertyOption,
  reportOption,
  seedOption,
  setOption,
  subjectOption,
  wholeNumber,
  type RunFlags,
} from './options.ts';
import { formatReport, replayCommand } from './session.ts';
import { palette, print, progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ExploreFlags extends Omit<RunFlags, 'runs'> {
  runs?: number;
  time?: number;
  workers: number;
  keep?: boolean;
  checkDeterminism?: boolean;
}

const SIMULATED = 'simulated';
const RUNS = 1_000;

export function addExplore(program: Command, finish: Finish, signal: AbortSignal): void {
  program
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
    .addOption(reportOption())
    .addOption(formatOption())
    .action(async (names: string[], flags: ExploreFlags) => finish(await exploreAll(names, flags, signal)));
}

/** One exploration and what became of it. */
interface Outcome {
  space: Space;
  explored: Explored;
  reports: RunReport[];
  keptAs: string | undefined;
}

async function exploreAll(names: readonly string[], flags: ExploreFlags, signal: AbortSignal): Promise<number> {
  const catalogue = await openCatalogue(process.cwd());
  const subjectName = flags.subject ?? catalogue.defaultSubject();
  const subject = await catalogue.loadSubject(subjectName);
  if (flags.property !== undefined) requireProperties(flags.property);
  await loadBackend(flags.backend);
  const wanted = names.length === 0 ? [PLAN_SPACE] : names;
  // All are loaded before the first begins: what is misspelt is told at once.
  const spaces = await Promise.all(wanted.map((name) => loadSpace(catalogue, name, flags.set, subject)));
  const outcomes: Outcome[] = [];
  for (const space of spaces) {
    if (signal.aborted) break;
    outcomes.push(await exploreOne(space, subjectName, subject, catalogue, flags, signal));
  }
  if (flags.format === 'json') print(JSON.stringify(toJson(outcomes, subject, flags), undefined, 2));
  return exitCodeOfAll(outcomes);
}

async function exploreOne(
  space: Space,
  subjectName: string,
  subject: Subject,
  catalogue: Catalogue,
  flags: ExploreFlags,
  signal: AbortSignal,
): Promise<Outcome> {
  const runs = flags.runs ?? (flags.time === undefined ? RUNS : undefined);
  const title = `${space.name} · ${subject.name} · seed ${flags.seed}`;
  const say = (text: string): void => (flags.format === 'text' ? print(text) : undefined);
  const job = {
    folder: process.cwd(),
    subject: subjectName,
    space: space.name,
    set: flags.set,
    properties: flags.property,
    seed: flags.seed,
    checkDeterminism: flags.checkDeterminism ?? false,
  };
  say(palette.bold(title));
  const explored = await explore({
    workers: Array.from({ length: flags.workers }, () => threadWorker(job)),
    runs,
    timeMs: flags.time,
    clock: realClock(),
    onProgress: (state) => progress(`${title}  ${describeProgress(state, runs)}`),
    signal,
  });
  say(describeExplored(explored, job.checkDeterminism, palette));
  const { found } = explored;
  if (found === undefined) {
    say(verdictOf(space, subject, undefined));
    return { space, explored, reports: [], keptAs: undefined };
  }
  say(describeFound(found, palette));
  const reports = await replayFound(found, subject, flags, signal, say);
  const keptAs =
    flags.keep && found.failing.kind === 'violation' ? keep(found, space, subject, catalogue, reports) : undefined;
  if (keptAs !== undefined) say(`  kept as: ${keptAs}`);
  say(verdictOf(space, subject, found));
  return { space, explored, reports, keptAs };
}

/** The minimal plan once more: in the simulation, for its report, and where the user wants to see it confirmed. */
async function replayFound(
  found: Found,
  subject: Subject,
  flags: ExploreFlags,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<RunReport[]> {
  // What was found is told also when the search was interrupted.
  const told = await replayOn(SIMULATED, found, subject, flags, new AbortController().signal);
  say(formatReport(told, flags).trimEnd());
  if (flags.backend === SIMULATED) {
    say(`  confirm: ${replayCommand({ ...told, backend: DEFAULT_BACKEND }, flags)}`);
    return [told];
  }
  const reports = [told];
  for (let attempt = 1; attempt <= CONFIRM_ATTEMPTS && !signal.aborted; attempt++) {
    const report = await replayOn(flags.backend, found, subject, flags, signal);
    reports.push(report);
    if (!isConfirmed(found, report) && attempt < CONFIRM_ATTEMPTS) continue;
    say(formatReport(report, flags).trimEnd());
    say(confirmation(found, report, attempt));
    break;
  }
  return reports;
}

/** Real time is never twice the same. */
const CONFIRM_ATTEMPTS = 3;

async function replayOn(
  name: string,
  found: Found,
  subject: Subject,
  flags: ExploreFlags,
  signal: AbortSignal,
): Promise<RunReport> {
  return execute({
    plan: found.minimal,
    subject,
    backend: await loadBackend(name),
    reportRoot: flags.report,
    expected: undefined,
    onProgress: (message) => progress(`${name}  ${message}`),
    signal,
  });
}

function isConfirmed(found: Found, report: RunReport): boolean {
  return report.verdicts.some(({ property, valid }) => property === found.failing.what && valid === false);
}

function confirmation(found: Found, report: RunReport, attempts: number): string {
  const times = attempts === 1 ? '' : ` in attempt ${attempts}`;
  return isConfirmed(found, report)
    ? `  ${palette.bold(`confirmed on ${report.backend}`)}${times}`
    : `  ${palette.yellow(`not confirmed on ${report.backend}${times}: its timing was another, see the history`)}`;
}

function keep(
  found: Found,
  space: Space,
  subject: Subject,
  catalogue: Catalogue,
  reports: readonly RunReport[],
): string {
  const [folder] = catalogue.scenarioFolders;
  if (folder === undefined)
    throw new UsageError('scenario-folder-missing', 'ratchet.config.ts names no folder of scenarios to keep it in');
  const { what } = found.failing;
  const sentence = reports[0]?.verdicts.find(({ property }) => property === what)?.violations[0]?.sentence;
  return keepRegression(folder, {
    name: `${space.name}-${subject.name}-${what}`,
    found: `${what}: ${sentence ?? 'violated'}`,
    expect: { [subject.name]: false },
    plan: found.minimal,
  });
}

function verdictOf(space: Space, subject: Subject, found: Found | undefined): string {
  const expected = space.expected;
  if (found !== undefined && found.failing.kind !== 'violation') return '  verdict: unknown\n';
  const words =
    found === undefined
      ? `no plan was found that ${subject.name} does not hold under`
      : `${subject.name} does not hold`;
  if (expected === undefined) return `  verdict: ${words}\n`;
  const isAsExpected = expected === (found === undefined);
  const more = isAsExpected ? `, as ${space.name} expects` : `, though ${space.name} expects otherwise`;
  return `  verdict: ${isAsExpected ? words + more : palette.yellow(words + more)}\n`;
}

function exitCodeOfAll(outcomes: readonly Outcome[]): number {
  const kinds = outcomes.map(({ explored }) => explored.found?.failing.kind);
  if (kinds.includes('violation')) return ExitCode.violated;
  return kinds.some((kind) => kind !== undefined) ? ExitCode.unknown : ExitCode.valid;
}

function toJson(outcomes: readonly Outcome[], subject: Subject, flags: ExploreFlags): Record<string, unknown> {
  return {
    subject: subject.name,
    seed: flags.seed,
    explorations: outcomes.map(({ space, explored: { found, ...measured }, reports, keptAs }) => ({
      space: space.name,
      ...measured,
      ...(found === undefined
        ? {}
        : {
            found: {
              failing: found.failing,
              isShrunk: found.isShrunk,
              shrinkRuns: found.shrinkRuns,
              plan: found.minimal,
              runs: reports.map((report) => ({ ...verdictFile(report), isConfirmed: isConfirmed(found, report) })),
              ...(keptAs === undefined ? {} : { keptAs }),
            },
          }),
    })),
  };
}
