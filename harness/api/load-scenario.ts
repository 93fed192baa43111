import { foldValidity, type CheckOptions, type Validity } from '../checker/verdict.ts';
import type { PropertyName } from '../checker/properties.ts';
import { realClock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { asColumns } from '../history/columns-builder.ts';
import { findK6 } from '../load/find-k6.ts';
import { profiles, type LoadShape, type ProfileName } from '../load/load-profiles.ts';
import { runLoad, type LoadOptions, type LoadOutcome } from '../load/run-load.ts';
import { untestedRounds } from '../load/untested-rounds.ts';
import { parametersOf, planOf } from '../plan/scenario.ts';
import type { Plan } from '../plan/plan.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { DEFAULT_BACKEND, DEFAULT_REPORT, DEFAULT_SEED } from '../runner/defaults.ts';
import { eventsToReport } from '../runner/events-to-report.ts';
import { judgeRunInParts, requireProperties, type RunJudgement } from '../runner/judgement.ts';
import { boundsOf } from '../runner/promised.ts';
import { reportingEnd } from '../runner/reporting-end.ts';
import { requireConnection, requireSupport } from '../runner/requirements.ts';
import { backendOf } from './chosen-backend.ts';
import { readBytes } from './input.ts';
import { withOverrides } from './overrides.ts';
import { openProject, type Project } from './project.ts';
import { readInParts } from './read-within.ts';
import { textsOf, type RunScenariosOptions } from './run-scenarios.ts';
import { definedFields } from '../defined-fields.ts';

type ScenarioOptions = Pick<
  RunScenariosOptions,
  | 'subject'
  | 'folder'
  | 'report'
  | 'properties'
  | 'reporter'
  | 'signal'
  | 'backend'
  | 'replicas'
  | 'routing'
  | 'ownsTarget'
  | 'seed'
  | 'parameters'
  | 'onProgress'
>;
type Bounds = Pick<CheckOptions, 'maxStalenessMs' | 'maxStalenessVersions' | 'minAvailability' | 'maxLatencyMs'>;

export interface LoadScenarioOptions extends ScenarioOptions, Bounds {
  scenario: string;
  /** `steady`, `ramp`, `rate` or `soak`. Default: `steady`. */
  profile?: ProfileName;
  /** Default: 50. */
  tabs?: number;
  durationMs?: number;
  /** Of one tab, from one poll to the next. Default: 500. */
  everyMs?: number;
  /** Polls per second of the profile `rate`. Default: 100. */
  rate?: number;
  /** From one round of the plan to the next. */
  roundEveryMs?: number;
  /** Servers of a subject that is made of modules. Default: 1. */
  servers?: number;
  /** Thresholds of k6: metric → expressions, e.g. `{ http_req_duration: ['p(95)<500'] }`. */
  thresholds?: Readonly<Record<string, readonly string[]>>;
  /** Further arguments for k6. */
  k6Arguments?: readonly string[];
  /** The command line that does the same, which a report of a violation ends with. */
  command?: string;
}

/** What is judged in memory at a time; a load of a million polls has 2 million events. */
const MEMORY_BYTES: number = 256 * 1024 * 1024;
/** Measured, besides what the plan judges. */
const MEASURED: readonly PropertyName[] = ['staleness', 'availability'];

/**
 * @returns the verdict; false also if a threshold of k6 was crossed
 * @throws RatchetError if the input is bad, or the load cannot start
 */
export async function loadScenario(options: LoadScenarioOptions): Promise<Validity> {
  const project = await openProject(options);
  const k6 = findK6(project.folder);
  const load = await loadOptions(options, project, k6);
  const { reporter = {} } = options;
  const { plan, subject, backend } = load;
  const title = { scenario: plan.scenario, subject: subject.name, backend: backend.name, seed: plan.seed };
  const clock = realClock();
  return reportingEnd(reporter, clock, async (judged) => {
    const defaults = { backend: DEFAULT_BACKEND, seed: DEFAULT_SEED };
    await reporter.begin?.({ verb: 'run', titles: [title], leftOut: [], defaults });
    await reporter.starting?.(title);
    const outcome = await runLoad(load);
    try {
      load.onProgress('judging the history');
      const run = await judgedLoad(outcome, load, options);
      const { durationMs: _, ...record } = run.record;
      const durationMs = Math.round(clock.now() / 1e6);
      const whole = { ...run, ...title, durationMs, record: { ...title, ...record, durationMs } };
      outcome.folder.writeVerdict(whole.record);
      judged.push(run.valid);
      await reporter.ran?.(whole);
    } finally {
      outcome.folder.close();
    }
  });
}

async function loadOptions(options: LoadScenarioOptions, project: Project, k6: string): Promise<LoadOptions> {
  const { subject, subjectAs, folder, isNamed, catalogue } = project;
  const backend = await backendOf(options);
  if (backend.isVirtual) {
    const hint = 'use --backend embedded, containers or remote';
    throw new UsageError('load-unsupported', `k6 cannot poll a server on ${backend.name}`, hint);
  }
  const scenario = await catalogue.loadScenario(options.scenario);
  const parameters = parametersOf(scenario, textsOf(options.parameters));
  const plan = withOverrides(planOf(scenario, options.seed ?? DEFAULT_SEED, parameters), options);
  requireSupport(plan, backend, subject);
  requireConnection(backend, subject);
  requireServable(plan, { subject, isNamed });
  const { profile = 'steady', report: reportRoot = DEFAULT_REPORT, ownsTarget = false } = options;
  const { thresholds = {}, k6Arguments = [], roundEveryMs, servers = 1 } = options;
  const { onProgress = () => undefined, signal = new AbortController().signal } = options;
  return {
    plan,
    subject,
    subjectAs,
    folder,
    backend,
    reportRoot,
    ownsTarget,
    profile,
    shape: shapeOf(profile, options),
    roundEveryMs,
    servers,
    thresholds,
    k6,
    k6Arguments,
    onProgress: (message) => onProgress(`${plan.scenario} · ${subject.name}  ${message}`),
    signal,
  };
}

function shapeOf(profile: ProfileName, options: LoadScenarioOptions): LoadShape {
  const { tabs = 50, durationMs = profiles[profile].defaultDurationMs, everyMs = 500, rate = 100 } = options;
  return { tabs, durationMs, everyMs, rate };
}

function requireServable({ faults }: Plan, { subject, isNamed }: Pick<Project, 'subject' | 'isNamed'>): void {
  const isServer = subject.isServer === true || subject.runsAt !== undefined;
  if (!isServer && !isNamed) {
    throw new UsageError(
      'subject-unnamed',
      'the servers of a load load the subject by its name or the path of its file',
    );
  }
  const moving = faults.find(({ kind }) => (isServer ? kind === 'instance-restart' : kind === 'clock-skew'));
  if (moving === undefined) return;
  const why = isServer ? 'its server has another port afterwards' : 'the servers of the tabs have the right time';
  throw new UsageError('load-unsupported', `a load has no fault ${moving.kind}: ${why}`, 'use `ratchet run`');
}

async function judgedLoad(outcome: LoadOutcome, load: LoadOptions, options: LoadScenarioOptions): Promise<JudgedRun> {
  const { run, plan, summary, historyFile, planFile } = outcome;
  const names = [...new Set([...requireProperties(plan.properties), ...MEASURED])];
  const untested = untestedRounds(asColumns(run.history), { base: load.plan, all: plan, summary });
  const input = { name: historyFile, bytes: readBytes(historyFile) };
  const { parted, close } = await readInParts(input, historyFile, MEMORY_BYTES);
  try {
    const judgement = judgeRunInParts(parted, names, boundsWith(plan, options, outcome.slackMs), undefined, untested);
    const { history, verdicts } = eventsToReport(parted, judgement.verdicts);
    const valid = withThresholds(judgement, summary.crossed);
    const record = { ...judgement, verdicts, valid, load: summary, planFile, historyFile, notes: run.notes };
    return {
      ...judgement,
      valid,
      verdicts,
      history,
      events: parted.length,
      expected: undefined,
      plan,
      incomplete: run.incomplete,
      notes: run.notes,
      planFile,
      historyFile,
      replay: options.command,
      durationMs: 0,
      load: summary,
      record,
    };
  } finally {
    close();
  }
}

function withThresholds({ valid }: RunJudgement, crossed: readonly string[]): Validity {
  return crossed.length === 0 ? valid : foldValidity([valid, false]);
}

/** Times in the history are as much as `slackMs` longer than they were. */
function boundsWith(plan: Plan, options: LoadScenarioOptions, slackMs: number): CheckOptions {
  const { maxStalenessMs, maxStalenessVersions, minAvailability, maxLatencyMs } = options;
  const given = { maxStalenessMs, maxStalenessVersions, minAvailability, maxLatencyMs };
  const bounds = {
    ...boundsOf(plan),
    ...definedFields(given),
  };
  return {
    ...bounds,
    ...(bounds.maxLatencyMs === undefined ? {} : { maxLatencyMs: bounds.maxLatencyMs + slackMs }),
    ...(bounds.convergeWithinMs === undefined ? {} : { convergeWithinMs: bounds.convergeWithinMs + slackMs }),
    ...(bounds.maxStalenessMs === undefined ? {} : { maxStalenessMs: bounds.maxStalenessMs + slackMs }),
  };
}
