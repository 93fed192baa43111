/** Whether a generation moves the row of the story, and its end is recognised. */
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { isProgress, isTerminal } from '../history/order.ts';
import {
  describeExchange,
  explainByRequests,
  isOfTable,
  otherDatabase,
  readsIn,
  writesIn,
} from './exchange-evidence.ts';
import { askRoute, readProgress } from './route-checks.ts';
import type { Problem, Trial } from './connection-trial.ts';
import { until } from './waiting.ts';

/** A generation that the application runs for the trial. */
export interface TrialGeneration {
  trial: Trial;
  /** The number of events and of requests when it began. */
  eventsBefore: number;
  exchangesBefore: number;
  /** When the story changed last, in nanoseconds of the trial's clock. */
  changedAt: number;
  latest: ProgressValue;
  /** Why the application gave up, if it did. */
  gaveUp: string | undefined;
}

export function beginGeneration(trial: Trial): TrialGeneration {
  const generation: TrialGeneration = {
    trial,
    eventsBefore: trial.events.length,
    exchangesBefore: trial.exchanges.length,
    changedAt: trial.clock.now(),
    latest: { progress: 0 },
    gaveUp: undefined,
  };
  void trial.generate().then((reason) => (generation.gaveUp = reason));
  return generation;
}

/** @returns why the row did not move */
export async function waitForMovement(generation: TrialGeneration): Promise<Problem | undefined> {
  const hasMoved = (): boolean => generation.latest.progress > 0;
  await until(generation.trial, async () => {
    await observe(generation);
    return hasMoved() || generation.gaveUp !== undefined;
  });
  return hasMoved() ? undefined : whyStill(generation);
}

/** Waits as long as the story keeps changing. @returns why the end of the generation is not recognised */
export async function waitForEnd(generation: TrialGeneration): Promise<Problem | undefined> {
  const { trial } = generation;
  const decided = async (): Promise<boolean> => {
    await observe(generation);
    return hasEnded(generation) || generation.gaveUp !== undefined;
  };
  await until(trial, decided, () => generation.changedAt);
  if (generation.gaveUp !== undefined) return gaveUpProblem(generation, generation.gaveUp);
  if (!hasEnded(generation)) return withoutEnd(generation);
  return wrongEnd(generation) ?? (await unreadEnd(generation)) ?? (trial.ignoresSteps() ? OWN_STEPS : undefined);
}

const OWN_STEPS: Problem = {
  field: 'app',
  found: 'the function `generate` took steps of its own, and waited for none of job.steps',
  remedy: 'return `hasOwnSteps: true` with it, or call `await job.work(index)` before each step',
};

async function observe(generation: TrialGeneration): Promise<void> {
  const { trial, eventsBefore, latest } = generation;
  const next = trial.hasCommits
    ? trial.events.slice(eventsBefore).findLast((event) => isCommitOf(event, trial.story))?.value
    : await answered(trial);
  if (!isProgress(next) || (next.progress === latest.progress && next.status === latest.status)) return;
  generation.latest = next;
  generation.changedAt = trial.clock.now();
}

function isCommitOf({ f, key }: HistoryEvent, story: string): boolean {
  return f === 'commit' && key === story;
}

async function answered(trial: Trial): Promise<ProgressValue | undefined> {
  const answer = await askRoute(trial);
  const value = 'field' in answer ? answer : readProgress(answer, trial);
  return 'field' in value ? undefined : value;
}

function hasEnded({ latest, trial }: TrialGeneration): boolean {
  return isTerminal(latest) && (trial.subject.tracked.status === undefined || isEndStatus(latest));
}

function isEndStatus({ status }: ProgressValue): boolean {
  return status === 'completed' || status === 'failed';
}

function whyStill(generation: TrialGeneration): Problem {
  const { trial, gaveUp } = generation;
  const { tracked } = trial.subject;
  if (gaveUp !== undefined) return gaveUpProblem(generation, gaveUp);
  const commits = trial.events.slice(generation.eventsBefore).filter(({ f }) => f === 'commit');
  const requests = trial.exchanges.slice(generation.exchangesBefore);
  const own = commits.filter((event) => isCommitOf(event, trial.story));
  if (own.length > 0) {
    const found = `${own.length} commits changed the row in ${tracked.table}, and ${tracked.progress} remained 0`;
    return { field: 'database.progress', found, remedy: 'name the column of the progress' };
  }
  if (commits.length > 0) {
    const found = `the generation changed the row ${commits[0]?.key} of ${tracked.table}, not that of ${trial.story}`;
    return { field: 'database.key', found, remedy: 'name the column that identifies the story in the routes' };
  }
  const within = `within ${trial.timeoutMs / 1e3} s`;
  if (requests.length === 0) return otherDatabase(`the generation changed no row of ${tracked.table} ${within}`, trial);
  return withoutCommits(generation, within);
}

/** The generation has sent requests, and none of them changed the tracked table. */
function withoutCommits({ trial, exchangesBefore }: TrialGeneration, within: string): Problem {
  const { table } = trial.subject.tracked;
  const still = `the generation changed no row of ${table} ${within}`;
  const requests = trial.exchanges.slice(exchangesBefore);
  const explained = explainByRequests(requests, trial);
  if (explained !== undefined) return { ...explained, found: `${still}; ${explained.found}` };
  const writes = writesIn(requests);
  const elsewhere = writes.find((exchange) => !isOfTable(exchange, table));
  const [write] = writes;
  if (write === undefined) {
    const remedy = 'see the output of the application; if its first step takes longer, wait longer (--timeout)';
    return { field: 'routes.start', found: `${still}, and sent no write`, remedy };
  }
  const found = `${still}, although ${describeExchange(elsewhere ?? write)}`;
  if (elsewhere !== undefined) return { field: 'database.table', found, remedy: 'name the table of the progress' };
  return { field: 'database.migrations', found, remedy: 'row-level security or a trigger skips the update: allow it' };
}

function gaveUpProblem({ trial, exchangesBefore }: TrialGeneration, reason: string): Problem {
  const failed = explainByRequests(trial.exchanges.slice(exchangesBefore), trial);
  const remedy = 'see the output of the application, and correct the path or function that starts a generation';
  if (failed === undefined) return { field: 'routes.start', found: reason, remedy };
  return { ...failed, found: `${reason}; ${failed.found}` };
}

function withoutEnd({ latest, trial }: TrialGeneration): Problem {
  const { progress, status } = trial.subject.tracked;
  const value = `${latest.progress}%${latest.status === undefined ? '' : ` ${JSON.stringify(latest.status)}`}`;
  const found = `the generation stopped at ${value} for ${trial.timeoutMs / 1e3} s`;
  if (isTerminal(latest)) {
    const remedy = `give the words of ${status} for completed and failed`;
    return { field: 'database.status', found, remedy };
  }
  const how = status === undefined ? 'a row at 100%' : `a row at 100% or with ${status} completed or failed`;
  return {
    field: status === undefined ? 'database.progress' : 'database.status',
    found,
    remedy: `${how} ends a generation: give the words of the status, or the greatest value of ${progress}; if a step takes longer, wait longer (--timeout)`,
  };
}

const PERCENT_MAX = 100;

function wrongEnd({ latest, trial, exchangesBefore }: TrialGeneration): Problem | undefined {
  const { progress } = trial.subject.tracked;
  if (latest.status === 'failed') {
    const failed = explainByRequests(trial.exchanges.slice(exchangesBefore), trial);
    const found = `the generation failed at ${latest.progress}%`;
    const remedy = 'see the output of the application, which must be able to complete a generation';
    return failed === undefined
      ? { field: 'routes.start', found, remedy }
      : { ...failed, found: `${found}; ${failed.found}` };
  }
  if (latest.progress > 1 && latest.progress <= PERCENT_MAX) return undefined;
  const found = `the generation is completed at ${latest.progress}%`;
  return { field: 'database.progress.max', found, remedy: `give the greatest value of ${progress}` };
}

/** The route must follow: without replicas and faults, it is never behind for long. */
async function unreadEnd(generation: TrialGeneration): Promise<Problem | undefined> {
  const { trial, latest } = generation;
  let read: ProgressValue | undefined;
  const requestsBefore = trial.exchanges.length;
  const isRead = await until(trial, async () => {
    read = await answered(trial);
    return read?.progress === latest.progress;
  });
  if (isRead) return wrongWord(read, latest);
  const found = `the status route answers ${read?.progress}% after ${latest.progress}% was committed`;
  if (!trial.isDirect && readsIn(trial.exchanges.slice(requestsBefore)).length === 0) {
    const remedy = 'a cache answers for longer than the check waits: shorten it, or wait longer (--timeout)';
    return { field: 'routes.status', found: `${found}, without asking the database`, remedy };
  }
  return { field: 'routes.status.read', found, remedy: 'return the committed progress, from 0 to 100' };
}

function wrongWord(read: ProgressValue | undefined, { status }: ProgressValue): Problem | undefined {
  if (read?.status === undefined || status === undefined || read.status === status) return undefined;
  const found = `the status route answers "${read.status}" where ${status} is committed`;
  return { field: 'routes.status.read', found, remedy: 'return completed and failed for the words of the application' };
}
