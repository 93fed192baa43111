import type { Validity } from '../checker/verdict.ts';
import { defineScenario } from '../define/define-scenario.ts';
import { UsageError } from '../errors.ts';
import { readRegressions, type Regression } from '../explore/regressions.ts';
import { SCENARIO_TAGS } from '../plan/scenario-tags.ts';
import { parametersOf, planOf, type Scenario } from '../plan/scenario.ts';
import { suggestionOf } from '../suggestion.ts';
import { judgeBases, titlesOf } from '../explore/exhaustive/explore-bases.ts';
import type { ExhaustProgress } from '../explore/exhaustive/exhaust.ts';
import { paceText } from '../pace.ts';
import { SIMULATED } from '../explore/explore-spaces.ts';
import { DEFAULT_BACKEND, DEFAULT_REPORT, DEFAULT_RUNS, DEFAULT_SEED } from '../runner/defaults.ts';
import type { Subject } from '../port/subject.ts';
import { expectedOfRun } from '../runner/expectation.ts';
import type { ShardDivider } from '../runner/divide-titles.ts';
import { runTasks, type RunTasksOptions, type Task } from '../runner/run-tasks.ts';
import { backendOf } from './chosen-backend.ts';
import { basesOptions } from './exhaust-bases.ts';
import { openDivider, openJournal, type ShardOptions } from './open-shard.ts';
import { openProjectGate, throughGate, type GateOptions } from './open-gate.ts';
import { isAsWritten, withOverrides, type Overrides } from './overrides.ts';
import { openProject, type Project, type ProjectOptions } from './project.ts';
import { requireWholeNumbers } from './whole-numbers.ts';

/** How plans are run. */
export interface RunningOptions extends ProjectOptions, Overrides {
  /** `embedded`, `simulated`, `containers` or `remote`. Default: `embedded`. */
  backend?: string;
  /** Instead of a backend: the name of an environment that `ratchet up` keeps running. */
  on?: string;
  /** Number of runs of each plan or scenario. Default: 1. */
  runs?: number;
  /** How often each plan is run, on a real backend; a violation in any of them counts. Default: 1. */
  attempts?: number;
  /** With `remote`: confirms that the target may be written to, although it is not marked as a test target. */
  ownsTarget?: boolean;
  /** Called with messages about the progress of the current run. */
  onProgress?(message: string): void;
}

export interface RunScenariosOptions extends RunningOptions, GateOptions, ShardOptions {
  /**
   * Names of scenarios, or scenarios. Default: all scenarios of the project that the backend can run; a named scenario
   * that cannot run is rejected. Regressions run before the scenarios.
   */
  scenarios?: readonly (string | Scenario)[];
  /** Only the scenarios with one of these tags. */
  tags?: readonly string[];
  /** The seed of the first run of each scenario, a whole number; each further run adds 1. Default: 1. */
  seed?: number;
  /** Names of scenarios that run before the others. */
  first?: readonly string[];
  /** Override the defaults of the scenarios. */
  parameters?: Readonly<Record<string, number | string>>;
  /** Whether the regression plans of the project run before the scenarios. Default: true. */
  regressions?: boolean;
  /** Also tries every plan with at most so many deviations from the small bases, in simulation. */
  exhaustive?: 1 | 2;
  /** What to do with a scenario that cannot run. Default: `leave-out` where all scenarios run, `refuse` where they are named. */
  onUnsupported?: 'leave-out' | 'refuse';
}

/**
 * @returns the combined verdict
 * @throws RatchetError if the input is bad, or a run cannot start
 */
export async function runScenarios(options: RunScenariosOptions): Promise<Validity> {
  requireWholeNumbers(options);
  const project = await openProject(options);
  const gate = openProjectGate(options, project);
  const divider = openDivider(options, project.folder);
  return throughGate(gate, options.reporter ?? {}, (reporter) => {
    const settings = settingsOf(options, { subject: project.subject.name });
    const journal = openJournal('run', options, settings, project.folder);
    const signal = eitherSignal(options.signal, gate.signal);
    return runProject(project, { ...options, reporter: journal?.attach(reporter) ?? reporter, signal }, divider);
  });
}

/** What each shard of a command has in common with the others. */
export function settingsOf(
  options: RunScenariosOptions,
  subject: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { scenarios, tags, seed = DEFAULT_SEED, runs = DEFAULT_RUNS, parameters = {}, properties } = options;
  const { backend, on, replicas, routing, attempts } = options;
  const names = scenarios?.map((each) => (typeof each === 'string' ? each : each.name));
  return {
    ...subject,
    seed,
    runs,
    scenarios: names,
    tags,
    parameters,
    properties,
    backend,
    on,
    replicas,
    routing,
    attempts,
  };
}

/**
 * Runs the scenarios of an open project, without a baseline.
 * @param divider chooses the runs of a shard
 */
export async function runProject(
  project: Project,
  options: RunScenariosOptions,
  divider: ShardDivider | undefined,
): Promise<Validity> {
  const { catalogue, subject } = project;
  const wanted = options.scenarios ?? catalogue.scenarioNames;
  if (wanted.length === 0)
    throw new UsageError(
      'scenario-missing',
      'there are no scenarios to run',
      'list their folders in ratchet.config.ts',
    );
  const loaded = await Promise.all(
    wanted.map((each) => (typeof each === 'string' ? catalogue.loadScenario(each) : defineScenario(each))),
  );
  const scenarios = withTags(loaded, options.tags);
  const names = scenarios.map(({ name }) => name);
  const regressions = readRegressions(catalogue.scenarioFolders).filter(
    ({ plan, expect }) => subject.name in expect && (isAll(options) || names.includes(plan.scenario)),
  );
  const tasks = [
    ...(options.regressions === false ? [] : regressions).map((regression) =>
      regressionTask(regression, subject.name, options),
    ),
    ...scenarios.flatMap((scenario) => tasksOf(scenario, subject, options)),
  ];
  return runAll('run', inOrder(tasks, options.first), project, options, divider);
}

/** Otherwise the order stays. */
function inOrder(tasks: readonly Task[], first: readonly string[] = []): Task[] {
  const isFirst = ({ plan }: Task): boolean => first.includes(plan.scenario);
  return [...tasks.filter(isFirst), ...tasks.filter((task) => !isFirst(task))];
}

/** Aborts as soon as one of them does. */
export function eitherSignal(given: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return given === undefined ? other : AbortSignal.any([given, other]);
}

function isAll({ scenarios, tags }: Pick<RunScenariosOptions, 'scenarios' | 'tags'>): boolean {
  return scenarios === undefined && tags === undefined;
}

/** @throws UsageError if no scenario has one of the tags */
function withTags(scenarios: readonly Scenario[], tags: readonly string[] | undefined): readonly Scenario[] {
  if (tags === undefined) return scenarios;
  const unknown = tags.find((tag) => !SCENARIO_TAGS.some((known) => known === tag));
  if (unknown !== undefined) {
    throw new UsageError('tag-unknown', `no tag is called "${unknown}"`, suggestionOf(unknown, [...SCENARIO_TAGS]));
  }
  const tagged = scenarios.filter((scenario) => scenario.tags?.some((tag) => tags.includes(tag)));
  if (tagged.length > 0) return tagged;
  throw new UsageError('scenario-missing', `no scenario has the tag ${tags.join(' or ')}`, '`ratchet list` shows them');
}

/** Runs the plans one after the other. If all scenarios of the project run, those that cannot run are left out. */
export async function runAll(
  verb: 'run' | 'replay',
  tasks: readonly Task[],
  project: Project,
  options: RunScenariosOptions,
  divider?: ShardDivider,
): Promise<Validity> {
  const { subject, subjectAs } = project;
  const { attempts = 1 } = options;
  const backend = await backendOf(options);
  if (attempts > 1 && backend.isVirtual) throw sameEachTime(backend.name);
  return runTasks({
    attempts,
    divider,
    afterwards: await exhaustiveAfterwards(project, options),
    verb,
    tasks,
    subject,
    subjectAs,
    backend,
    onUnsupported:
      options.onUnsupported ?? (verb === 'run' && options.scenarios === undefined ? 'leave-out' : 'refuse'),
    reportRoot: options.report ?? DEFAULT_REPORT,
    ownsTarget: options.ownsTarget ?? false,
    reporter: options.reporter ?? {},
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
  });
}

function sameEachTime(backend: string): UsageError {
  const hint = 'leave --attempts out, or use a real backend: --backend embedded';
  return new UsageError('flags-contradictory', `a run on ${backend} is the same in every attempt`, hint);
}

async function exhaustiveAfterwards(
  project: Project,
  { exhaustive, onProgress, ...options }: RunScenariosOptions,
): Promise<RunTasksOptions['afterwards']> {
  if (exhaustive === undefined) return undefined;
  if (options.shard !== undefined) throw exhaustiveShard();
  const { backend = options.on === undefined ? DEFAULT_BACKEND : SIMULATED } = options;
  const bases = await basesOptions(undefined, project, {
    ...options,
    exhaustive,
    backend,
    set: {},
    keepIn: undefined,
    onProgress: (state) => onProgress?.('message' in state ? state.message : triedText(state.exhaustive)),
  });
  return { titles: titlesOf(bases), judge: () => judgeBases(bases) };
}

function triedText({ tried, plans, plansPerSecond, leftMs }: ExhaustProgress): string {
  const of = plans === undefined ? '' : ` of ${plans}`;
  return `${tried}${of} plans tried${paceText(plansPerSecond, 'plans', leftMs === undefined ? undefined : leftMs / 1_000)}`;
}

function exhaustiveShard(): UsageError {
  const hint = 'divide the search: ratchet explore --exhaustive N --shard I/N';
  return new UsageError('flags-contradictory', 'a shard of run has no exhaustive search', hint);
}

function regressionTask({ plan, expect }: Regression, subject: string, overrides: Overrides): Task {
  return { plan: withOverrides(plan, overrides), expected: isAsWritten(overrides) ? expect[subject] : undefined };
}

function tasksOf(scenario: Scenario, subject: Subject, options: RunScenariosOptions): Task[] {
  const { seed = DEFAULT_SEED, runs = DEFAULT_RUNS } = options;
  const parameters = parametersOf(scenario, textsOf(options.parameters));
  const expected = isAsWritten(options) ? expectedOfRun(subject, scenario.name, parameters) : undefined;
  return Array.from({ length: runs }, (_, at) => ({
    plan: withOverrides(planOf(scenario, seed + at, parameters), options),
    expected,
  }));
}

/** Parameters as texts, as on the command line. */
export function textsOf(parameters: Readonly<Record<string, number | string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
