/** Runs plans one after the other and reports each to a reporter: the work of `run` and `replay`. */
import type { Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { Pace } from '../pace.ts';
import type { Plan } from '../plan/plan.ts';
import type { Backend } from '../port/backend.ts';
import type { JudgedRun, Reporter, RunTitle, ShardPart } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { itemAt } from '../required.ts';
import { DEFAULT_BACKEND, DEFAULT_SEED } from './defaults.ts';
import { AttemptTally } from './attempts.ts';
import type { ShardDivider } from './divide-titles.ts';
import { explainOnce } from './explain-untested.ts';
import { execute, verdictFile, type RunReport } from './execute.ts';
import { requireProperties } from './judgement.ts';
import { digestOf } from './digest.ts';
import { replayCommand } from './replay-command.ts';
import { missingOf, requireConnection } from './requirements.ts';
import { reportingEnd } from './reporting-end.ts';

/** A run to execute. */
export interface Task {
  plan: Plan;
  /** Whether the properties are expected to hold. */
  expected: boolean | undefined;
}

export interface RunTasksOptions {
  verb: 'run' | 'replay';
  tasks: readonly Task[];
  subject: Subject;
  /** How the user named the subject: its name, or the path of its file. */
  subjectAs: string;
  backend: Backend;
  /** What to do with a task that needs a missing capability: refuse the whole call, or leave the task out. */
  onUnsupported: 'refuse' | 'leave-out';
  /** Root of the reports. */
  reportRoot: string;
  ownsTarget: boolean;
  reporter: Reporter;
  /** How often each plan is run. */
  attempts: number;
  /** Chooses the runs of a shard; `undefined`: all of them. */
  divider?: ShardDivider | undefined;
  /** Judged after the runs, and reported to the same reporter. */
  afterwards?: { titles: readonly RunTitle[]; judge(): Promise<Validity[]> } | undefined;
  onProgress(message: string): void;
  /** Stops the current run; later ones are not started. */
  signal: AbortSignal;
}

/**
 * @returns the combined verdict; unknown also if `signal` kept a run from starting
 * @throws RatchetError for a plan that is refused, and if a run cannot start
 */
export async function runTasks(options: RunTasksOptions): Promise<Validity> {
  const { backend } = options;
  requireConnection(backend, options.subject);
  const { possible, leftOut } = divide(options, backend);
  const { verb, reporter, afterwards } = options;
  const defaults = { backend: DEFAULT_BACKEND, seed: DEFAULT_SEED };
  const explain = explainOnce({ ...options, backend });
  const part = partOf(possible, options);
  const mine = part.mine.map((at) => itemAt(possible, at));
  const titles = part.mine.map((at) => itemAt(part.titles, at));
  return reportingEnd(reporter, realClock(), async (judged) => {
    const announced = [...titles, ...(afterwards?.titles ?? [])];
    await reporter.begin?.({ verb, titles: announced, leftOut, defaults, part: withTitles(part, afterwards?.titles) });
    const pace = new Pace(realClock(), 'runs', mine.length);
    for (const [at, task] of mine.entries()) {
      if (options.signal.aborted) break;
      await reporter.starting?.(itemAt(titles, at));
      const which = mine.length > 1 ? `run ${at + 1} of ${mine.length}${pace.after(at)}: ` : '';
      const run = await runAttempts(task, { backend, explain, which }, options);
      judged.push(run.valid);
      await reporter.ran?.(run);
    }
    // A shard without a run has shown nothing.
    if (judged.length < mine.length || (mine.length === 0 && possible.length > 0)) judged.push('unknown');
    if (afterwards !== undefined) judged.push(...(await afterwards.judge()));
  });
}

/** The part of the tasks that is run here. */
function partOf(possible: readonly Task[], options: RunTasksOptions): ShardPart {
  const titles = possible.map((task) => titleOf(task, options));
  const { divider } = options;
  const shard = divider?.shard ?? { number: 1, of: 1 };
  const mine = divider?.divide(titles) ?? [...titles.keys()];
  return { ...shard, titles, mine, plans: digestOf(possible.map(({ plan }) => plan)) };
}

/** With what is judged after the runs, which is not divided. */
function withTitles(part: ShardPart, more: readonly RunTitle[] = []): ShardPart {
  const { titles, mine } = part;
  return { ...part, titles: [...titles, ...more], mine: [...mine, ...more.map((_, at) => titles.length + at)] };
}

interface Around {
  backend: Backend;
  explain: ReturnType<typeof explainOnce>;
  /** Which run of how many. */
  which: string;
}

/** Stops after an attempt that was interrupted. */
async function runAttempts(task: Task, around: Around, options: RunTasksOptions): Promise<JudgedRun> {
  const { attempts, signal } = options;
  if (attempts === 1) return runOne(task, around, options);
  const tally = new AttemptTally();
  for (let attempt = 1; attempt <= attempts && (attempt === 1 || !signal.aborted); attempt += 1) {
    const which = `${around.which}attempt ${attempt} of ${attempts}: `;
    tally.add(await runOne(task, { ...around, which }, options));
  }
  return tally.result();
}

async function runOne(task: Task, { backend, explain, which }: Around, options: RunTasksOptions): Promise<JudgedRun> {
  const { subject, subjectAs, reportRoot, ownsTarget, signal } = options;
  const title = `${task.plan.scenario} · ${subject.name} · ${backend.name} · seed ${task.plan.seed}`;
  const told = (message: string): void => options.onProgress(`${which}${title}  ${message}`);
  told('starting');
  const report = await execute({
    ...task,
    subject,
    backend,
    reportRoot,
    ownsTarget,
    explain,
    onProgress: told,
    signal,
  });
  const { sources } = subject;
  return { ...judgedRun(report, subjectAs, backend.option), ...(sources === undefined ? {} : { sources }) };
}

/** A run in the form that reporters receive. */
export function judgedRun(report: RunReport, subjectAs: string, backendAs?: string): JudgedRun & RunReport {
  return { ...report, replay: replayCommand(report, subjectAs, backendAs), record: verdictFile(report) };
}

function titleOf({ plan: { scenario, seed } }: Task, { subject, backend }: RunTasksOptions): RunTitle {
  return { scenario, subject: subject.name, backend: backend.name, seed };
}

/** @throws UsageError for the first task that the backend or the subject cannot run, unless those are left out */
function divide(
  options: RunTasksOptions,
  backend: Backend,
): { possible: Task[]; leftOut: { title: RunTitle; reason: string }[] } {
  const possible: Task[] = [];
  const leftOut: { title: RunTitle; reason: string }[] = [];
  for (const task of options.tasks) {
    requireProperties(task.plan.properties);
    const missing = missingOf(task.plan, backend, options.subject);
    if (missing === undefined) possible.push(task);
    else if (options.onUnsupported === 'refuse') throw missing;
    else leftOut.push({ title: titleOf(task, options), reason: missing.message });
  }
  return { possible, leftOut };
}
