/** One run from plan to verdict: interpreted, judged, and left on disk. */
import type { Backend } from '../port/backend.ts';
import type { Judgement } from '../checker/compose.ts';
import { foldValidity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import type { Plan } from '../plan/plan.ts';
import type { History } from '../history/event.ts';
import type { Subject } from '../port/subject.ts';
import { realHost } from './host.ts';
import { judgeRun, requireProperties } from './judgement.ts';
import { boundsOf } from './promised.ts';
import { requireSupport } from './requirements.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { runPlan } from './run-plan.ts';
import { simulateRun } from './simulate-run.ts';
import { createRunFolder, type RunFolder } from './store.ts';

export interface ExecuteOptions {
  plan: Plan;
  subject: Subject;
  backend: Backend;
  /** Root of the reports. */
  reportRoot: string;
  /** Whether the subject is said to keep the properties; `undefined` if nothing is said. */
  expected: boolean | undefined;
  /** The target of a remote backend may be written to, though nothing marks it. */
  ownsTarget?: boolean;
  onProgress(message: string): void;
  signal: AbortSignal;
}

export interface RunReport extends Judgement {
  scenario: string;
  subject: string;
  backend: string;
  seed: number;
  expected: boolean | undefined;
  /** Why the run is not whole, if it is not. */
  incomplete: Error | undefined;
  notes: readonly string[];
  plan: Plan;
  history: History;
  planFile: string;
  historyFile: string;
  /** From the start of the databases to the verdict, in real time. */
  durationMs: number;
}

/** @throws RatchetError when the run could not begin; what goes wrong later is in the report */
export async function execute(options: ExecuteOptions): Promise<RunReport> {
  const { plan, subject, backend } = options;
  const properties = requireProperties(plan.properties);
  requireSupport(plan, backend, subject);
  const clock = realClock();
  const folder = createRunFolder(options.reportRoot, plan, subject.name);
  try {
    const { onProgress, signal, ownsTarget = false } = options;
    const run = { plan, subject, backend, sink: folder.sink, ownsTarget, onProgress, signal };
    const outcome = await (backend.isVirtual
      ? inMacrotask(() => simulateRun(run))
      : runPlan({ ...run, host: realHost }));
    const judgement = judgeRun(outcome.history, properties, boundsOf(plan));
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
    return leaveVerdict(report, folder);
  } finally {
    folder.close();
  }
}

/** Where the verdict cannot be written, a run that held is inconclusive; a violation stays one. */
function leaveVerdict(report: RunReport, folder: RunFolder): RunReport {
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

/** A report as JSON: without the history and the plan, which lie beside it. */
export function verdictFile(report: RunReport): Record<string, unknown> {
  const { history, plan: _, incomplete, ...rest } = report;
  return {
    ...rest,
    ...(incomplete === undefined ? {} : { incomplete: incomplete.message }),
    events: history.events.length,
    versions: history.header?.['versions'],
  };
}
