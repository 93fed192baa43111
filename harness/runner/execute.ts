/** Executes a plan, judges its history, and saves both with the verdict. */
import type { Backend } from '../port/backend.ts';
import { foldValidity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import type { FailedCheck } from '../preflight/connection-trial.ts';
import type { Plan } from '../plan/plan.ts';
import type { History } from '../history/event.ts';
import type { Subject } from '../port/subject.ts';
import { isSubjectSuspect } from './evidence.ts';
import type { Explanation } from './explain-untested.ts';
import { realHost } from './host.ts';
import { judgePlannedRun } from './judge-planned-run.ts';
import { requireProperties, type RunJudgement } from './judgement.ts';
import { requireSupport } from './requirements.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { runPlan } from './run-plan.ts';
import { prepareSimulation } from './prepare-simulation.ts';
import { simulateRun } from './simulate-run.ts';
import { createRunFolder, type RunFolder } from './store.ts';

export interface ExecuteOptions {
  plan: Plan;
  subject: Subject;
  backend: Backend;
  /** Root of the reports. */
  reportRoot: string;
  /** Whether the properties are expected to hold; `undefined` if nothing is declared. */
  expected: boolean | undefined;
  /** Allows writes to a remote target that is not marked as a test target. */
  ownsTarget?: boolean;
  /** Called after a run that tested nothing. */
  explain?(): Promise<Explanation>;
  onProgress(message: string): void;
  signal: AbortSignal;
}

export interface RunReport extends RunJudgement {
  scenario: string;
  subject: string;
  backend: string;
  seed: number;
  expected: boolean | undefined;
  /** Why the run is incomplete, if it is. */
  incomplete: Error | undefined;
  notes: readonly string[];
  /** The mistake because of which nothing was tested, if it was found. */
  failedCheck?: FailedCheck;
  plan: Plan;
  history: History;
  planFile: string;
  historyFile: string;
  /** From the start of the databases to the verdict, in real time. */
  durationMs: number;
}

/** @throws RatchetError if the run cannot start; later failures are in the report */
export async function execute(options: ExecuteOptions): Promise<RunReport> {
  const { plan, subject, backend } = options;
  requireProperties(plan.properties);
  requireSupport(plan, backend, subject);
  const clock = realClock();
  const folder = createRunFolder(options.reportRoot, plan, subject.name);
  try {
    const { onProgress, signal, ownsTarget = false } = options;
    const run = { plan, subject, backend, sink: folder.sink, ownsTarget, onProgress, signal };
    const database = backend.isVirtual ? await prepareSimulation(subject) : undefined;
    const outcome = await (backend.isVirtual
      ? inMacrotask(() => simulateRun({ ...run, database }))
      : runPlan({ ...run, host: realHost }));
    const judgement = judgePlannedRun(outcome.history, plan);
    const report: RunReport = {
      ...judgement,
      scenario: plan.scenario,
      subject: subject.name,
      backend: backend.name,
      seed: plan.seed,
      expected: options.expected,
      ...outcome,
      plan,
      planFile: folder.planFile,
      historyFile: folder.historyFile,
      durationMs: Math.round(clock.now() / 1e6),
    };
    return saveVerdict(await explained(report, options), folder);
  } finally {
    folder.close();
  }
}

async function explained(report: RunReport, { explain, signal }: ExecuteOptions): Promise<RunReport> {
  if (explain === undefined || signal.aborted || !isSubjectSuspect(report.untested)) return report;
  const { notes, ...found } = await explain();
  return { ...report, ...found, notes: [...report.notes, ...notes] };
}

/** If the verdict cannot be written, a verdict of true becomes unknown; a violation remains. */
function saveVerdict(report: RunReport, folder: RunFolder): RunReport {
  try {
    folder.writeVerdict(verdictFile(report));
    return report;
  } catch (error) {
    return {
      ...report,
      valid: foldValidity([report.valid, 'unknown']),
      incomplete: report.incomplete ?? (error as Error),
    };
  }
}

/** A report as JSON, without the history and the plan, which have their own files. */
export function verdictFile(report: RunReport): Record<string, unknown> {
  const { history, plan: _, incomplete, ...rest } = report;
  return {
    ...rest,
    ...(incomplete === undefined ? {} : { incomplete: incomplete.message }),
    events: history.events.length,
    versions: history.header?.['versions'],
  };
}
