/** Tries a subject on a backend: one row, one instance of the application, one status request, one generation. */
import { onBehalfOf } from '../async-context.ts';
import { EnvironmentError, RatchetError } from '../errors.ts';
import type { Exchange } from '../gateway/gateway.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import type { Backend, Cluster, Commit } from '../port/backend.ts';
import type { Subject } from '../port/subject.ts';
import { failed, passed, preflight } from '../preflight/preflight.ts';
import { rowProblem } from '../preflight/row-problem.ts';
import type { Check, Problem, Trial } from '../preflight/connection-trial.ts';
import { runGeneration } from '../actors/worker.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { firstOf } from '../required.ts';
import { realHost, type Host } from './host.ts';
import { prepareSimulation } from './prepare-simulation.ts';
import { mayPassByGateway } from './requirements.ts';
import { prepareSeeding, storiesOf, type Seeding } from './seeding.ts';
import { inVirtualTime } from './simulate-run.ts';
import { addUsers, asSignedIn, usersOf } from './sign-in.ts';
import { prepareStage, type Stage } from './stage.ts';
import { storyKeys, type StoryKeys } from '../recording/story-keys.ts';
import { statusPathFor } from '../status-path.ts';

export interface TrySubjectOptions {
  subject: Subject;
  backend: Backend;
  /** How long each check waits for the application. */
  timeoutMs: number;
  /** Allows writes to a remote target that is not marked as a test target. */
  ownsTarget: boolean;
  onProgress(message: string): void;
  /** Called with the result of each check as soon as it is known; with a virtual backend, when all are. */
  onCheck(check: Check): void;
  signal: AbortSignal;
}

const STORY = 'story-1';
const TAB = 'tab-1';

/** No replica and no fault, and steps that follow each other at once. */
const PLAN: Plan = parsePlan(
  {
    plan: 1,
    scenario: 'try',
    seed: 1,
    topology: { replicas: 0 },
    generations: [
      { worker: 'worker-1', story: STORY, steps: [10, 40, 85, 100].map((progress) => ({ progress, after_ms: 20 })) },
    ],
    observers: [{ session: TAB, story: STORY, every_ms: 1_000 }],
    properties: ['monotonic-view'],
  },
  'the plan of a trial',
);

/**
 * @returns the checks that were made; if the last one failed, so has the trial
 * @throws RatchetError if the databases cannot be started, or the definition of the subject is bad
 */
export async function trySubject(options: TrySubjectOptions): Promise<Check[]> {
  const checks: Check[] = [];
  if (options.backend.isVirtual === true) {
    const database = await prepareSimulation(options.subject);
    await inMacrotask(() =>
      inVirtualTime({ plan: PLAN, database }, (host) => perform(options, host, (check) => checks.push(check))),
    );
    for (const check of checks) options.onCheck(check);
  } else {
    await perform(options, realHost, (check) => {
      checks.push(check);
      options.onCheck(check);
    });
  }
  return checks;
}

async function perform(options: TrySubjectOptions, host: Host, report: (check: Check) => void): Promise<void> {
  const { subject, backend, ownsTarget, onProgress } = options;
  const stopping = new AbortController();
  const commits = new Set<(commit: Commit) => void>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const stop = (reason: Error): void => {
    failure.reject(reason);
    stopping.abort();
  };
  const interrupt = (): void => stop(new EnvironmentError('interrupted', 'the trial was interrupted'));
  if (options.signal.aborted) interrupt();
  options.signal.addEventListener('abort', interrupt, { once: true });
  host.onFailure(stop);
  const seeding = await prepareSeeding({ plan: PLAN, subject, host, isConnecting: backend.isConnecting ?? false });
  const keys = storyKeys(storiesOf(PLAN), subject);
  let cluster: Cluster | undefined;
  try {
    cluster = await backend.start({
      replicas: 0,
      ...seeding.schema,
      tracked: subject.tracked,
      onProgress,
      onCommit: (commit) => commits.forEach((listen) => listen({ ...commit, key: keys.storyOf(commit.key) })),
      onDeath: stop,
      ownsTarget,
      signal: stopping.signal,
    });
    const around = { ...options, host, keys, seeding, stop, stopping, report };
    const trying = tryOn(cluster, commits, around);
    await Promise.race([trying, failure.promise]);
  } finally {
    options.signal.removeEventListener('abort', interrupt);
    stopping.abort();
    await cluster?.close();
  }
}

interface Surroundings extends TrySubjectOptions {
  host: Host;
  seeding: Seeding;
  keys: StoryKeys;
  stopping: AbortController;
  stop(reason: Error): void;
  report(check: Check): void;
}

async function tryOn(cluster: Cluster, commits: Set<(commit: Commit) => void>, around: Surroundings): Promise<void> {
  const { subject, seeding, keys, host, report } = around;
  const users = usersOf(PLAN, subject);
  await addUsers(cluster, users, host.nowMs());
  try {
    await seeding.insertInto(cluster);
  } catch (error) {
    return report(failed('row', rowProblem(error as Error, subject)));
  }
  report(passed('row', 'row created'));
  const exchanges: Exchange[] = [];
  let stage: Stage;
  try {
    const onExchange = (exchange: Exchange): void => void exchanges.push(exchange);
    stage = await prepareStage({ ...around, plan: PLAN, users, onExchange }, cluster, commits, keys);
  } catch (error) {
    return report(failed('application', applicationProblem(error)));
  }
  report(passed('application', 'application started'));
  try {
    const isDirect = subject.runsAt !== undefined && mayPassByGateway(around.backend, cluster);
    for await (const check of preflight(trialOf(stage, exchanges, isDirect, around))) report(check);
  } finally {
    around.stopping.abort();
    stage.recorder.close();
    await stage.close();
  }
}

/** @throws the error, if it is one of the definition of the subject */
function applicationProblem(error: unknown): Problem {
  if (!(error instanceof RatchetError) || !(error instanceof EnvironmentError)) throw error;
  return { field: 'app', found: error.message, remedy: error.hint ?? 'see the output of the application' };
}

function trialOf(stage: Stage, exchanges: readonly Exchange[], isDirect: boolean, around: Surroundings): Trial {
  const { subject, timeoutMs, stopping } = around;
  const { clock, evidence, gatewayUrl, instances, recorder } = stage;
  let asked = 0;
  return {
    subject,
    story: STORY,
    clock,
    gatewayUrl,
    isDirect,
    timeoutMs,
    hasCommits: evidence === 'commit',
    exchanges,
    events: recorder.history.events,
    ask() {
      const operation = { actor: TAB, operation: `${TAB}#${++asked}`, gatewayUrl };
      const request = new Request(`http://app.invalid${statusPathFor(subject, STORY)}`);
      const within = asSignedIn(stage.credentials, request, operation);
      return onBehalfOf(within, () => instances.status(1, request, STORY));
    },
    ignoresSteps: stage.ignoresSteps,
    generate: () => runGeneration(firstOf(PLAN.generations), stage, stopping.signal),
  };
}
