/** Runs a plan against a subject on a backend, in the time of its host. Connects all parts of a run. */
import type { Cluster, Commit } from '../port/backend.ts';
import { EnvironmentError } from '../errors.ts';
import type { History } from '../history/event.ts';
import { allows, type ObserverPlan } from '../plan/plan.ts';
import type { AskStatus } from '../port/channel.ts';
import type { SubjectEnvironment } from '../port/subject.ts';
import type { Clock } from '../clock.ts';
import type { AppInstances } from '../subject/instances.ts';
import { itemAt } from '../required.ts';
import type { Host } from './host.ts';
import { atMost } from './at-most.ts';
import { outsideOfScale } from './commit-scale.ts';
import { limitReached } from './run-limits.ts';
import {
  endedMark,
  faultWithoutEffectMark,
  incompleteMark,
  noRequestsMark,
  unusedFaultMark,
} from '../history/marks.ts';
import { isProgress } from '../history/order.ts';
import { OVER } from '../recording/moments.ts';
import { createBroadcast } from '../actors/broadcast.ts';
import { createObserver, type ObserverActor } from '../actors/observer.ts';
import { onBehalfOf } from '../async-context.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Service } from '../recording/exchanges.ts';
import { storyKeys } from '../recording/story-keys.ts';
import { mayPassByGateway, requireOfCluster, requireSupport } from './requirements.ts';
import { describeGivenUp } from './given-up.ts';
import { lateCommits } from './late-commits.ts';
import { prepareSeeding, storiesOf, waitForReplicas } from './seeding.ts';
import { prepareStage, type Stage, type StageOptions } from './stage.ts';
import { addUsers, asSignedIn, usersOf, type Credentials } from './sign-in.ts';
import { runGeneration } from '../actors/worker.ts';

export interface RunOptions extends Omit<StageOptions, 'stop' | 'users'> {
  /** Allows writes to a remote target that is not marked as a test target. */
  ownsTarget?: boolean;
  /** Receives messages for a progress line. */
  onProgress?(message: string): void;
  /** Stops the run; what has been recorded stays. */
  signal?: AbortSignal;
  /** Runs beside the generations, from their start; the faults end only after it, too. Its error ends the run. */
  beside?(run: RunningParts, signal: AbortSignal): Promise<void>;
}

/** What runs beside a plan can use of it. */
export interface RunningParts extends Omit<SubjectEnvironment, 'clock'> {
  clock: Clock;
  instances: AppInstances;
  credentials: Credentials;
  /** Returns the database that served an operation so far, and removes the entry. */
  takeService(operation: string): Service;
  /** Resolves when every commit made so far has been recorded. */
  commitsDelivered(): Promise<void>;
}

export interface RunOutcome {
  history: History;
  /** Why the run is incomplete: a dead database, a time-out, an interruption. Its verdict is not true. */
  incomplete: Error | undefined;
  /** What the application does wrong although its run can be judged: it leaves a timer running. */
  warning?: string;
  /** Behaviour that no property judges, e.g. a worker that gave up, and missing capabilities. */
  notes: string[];
}

/**
 * @throws UsageError for a plan that the backend does not support; EnvironmentError if the backend cannot be started.
 * Later failures are in the outcome.
 */
export async function runPlan(options: RunOptions): Promise<RunOutcome> {
  requireSupport(options.plan, options.backend, options.subject);
  const { plan, subject, backend, host } = options;
  const seeding = await prepareSeeding({ plan, subject, host, isConnecting: backend.isConnecting ?? false });
  const keys = storyKeys(storiesOf(plan), subject);
  const stories = new Set(storiesOf(plan));
  const users = usersOf(plan, subject);
  const stopping = new AbortController();
  const commits = new Set<(commit: Commit) => void>();
  let failure: Error | undefined;
  const stop = (reason: Error): void => {
    failure ??= reason;
    stopping.abort();
  };
  const interrupt = (): void => stop(new EnvironmentError('interrupted', 'the run was interrupted'));
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener('abort', interrupt, { once: true });
  options.host.onFailure(stop);

  let cluster: Cluster | undefined;
  let recorder: Recorder | undefined;
  try {
    cluster = await options.backend.start({
      replicas: options.plan.topology.replicas,
      ...seeding.schema,
      tracked: options.subject.tracked,
      onProgress: (message) => options.onProgress?.(message),
      onCommit: ({ key, ...commit }) => {
        const told = { ...commit, key: keys.storyOf(key) };
        const mistake = stories.has(told.key) ? outsideOfScale(told, subject.tracked) : undefined;
        if (mistake === undefined) return commits.forEach((listen) => listen(told));
        // What follows cannot be judged without this commit.
        recorder?.record(incompleteMark(mistake));
        recorder?.close();
        stop(mistake);
      },
      onDeath: stop,
      ownsTarget: options.ownsTarget ?? false,
      signal: stopping.signal,
    });
    requireOfCluster(options.plan, options.backend, cluster, options.subject);
    await addUsers(cluster, users, host.nowMs());
    await seeding.insertInto(cluster);
    const stage = await prepareStage({ ...options, users, stop }, cluster, commits, keys);
    recorder = stage.recorder;
    try {
      await perform(options, cluster, stage, stopping.signal, stop);
      const warning = failure === undefined ? (await findLeak(stage, options.host))?.message : undefined;
      recordMissing(stage, options, cluster);
      stage.recorder.record(failure === undefined ? endedMark() : incompleteMark(failure));
      return {
        history: stage.recorder.history,
        incomplete: failure,
        ...(warning === undefined ? {} : { warning }),
        notes: [
          ...(warning === undefined ? [] : [warning]),
          ...notesOf(cluster),
          ...(options.host.simulation?.database?.notes ?? []),
          ...describeGivenUp(stage.recorder.history.events),
          ...attributionNote(stage),
          ...(stage.effects?.notes() ?? []),
          ...ownStepsNote(stage),
          ...waitingNote(stage),
        ],
      };
    } finally {
      stage.recorder.close();
      await stage.close();
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    await cluster?.close();
  }
}

/** Records what did not happen in the run, which its verdict depends on. */
function recordMissing(
  { recorder, nemesis, effects, hasRequests, gatewayUrl }: Stage,
  { backend }: RunOptions,
  cluster: Cluster,
): void {
  for (const { number, sent } of nemesis.unused()) recorder.record(unusedFaultMark(number, sent));
  for (const { number, missed } of effects?.without() ?? []) recorder.record(faultWithoutEffectMark(number, missed));
  if (!hasRequests() && !mayPassByGateway(backend, cluster)) recorder.record(noRequestsMark(gatewayUrl));
}

function notesOf({ missing, notes = [] }: Cluster): string[] {
  return missing === undefined ? [...notes] : [missing.because, ...notes];
}

function attributionNote(stage: Stage): string[] {
  const note = stage.attributionNote();
  return note === undefined ? [] : [note];
}

function ownStepsNote({ recorder, ignoresSteps }: Stage): string[] {
  const hasProgress = recorder.history.events.some(
    ({ f, value }) => f === 'commit' && isProgress(value) && value.progress > 0,
  );
  return hasProgress && ignoresSteps() ? [OWN_STEPS] : [];
}

/** Shorter waits are not worth a note. */
const WAIT_MS_MIN = 1_000;

function waitingNote({ instances }: Stage): string[] {
  const maxMs = Math.max(0, ...instances.waited.map((waited) => waited.maxMs));
  if (maxMs < WAIT_MS_MIN) return [];
  return [
    `polls waited up to ${(maxMs / 1e3).toFixed(1)} s for the application: this machine is too slow for so many tabs, and their latencies are not the application's`,
  ];
}

const OWN_STEPS =
  'the function `generate` of the subject took steps of its own, so that moments of the plan may never come: see hasOwnSteps in docs/SUBJECT.md';

async function findLeak(stage: Stage, host: Host): Promise<Error | undefined> {
  await stage.close();
  // A real process that is killed releases its timers.
  return stage.instances.hasKilled ? undefined : host.findLeak();
}

/** Runs faults, generations and observers; then ends the faults, and every observer reads once more. */
async function perform(
  options: RunOptions,
  cluster: Cluster,
  stage: Stage,
  signal: AbortSignal,
  stop: (reason: Error) => void,
): Promise<void> {
  const { plan, subject } = options;
  const finished = new AbortController();
  let openGenerations = plan.generations.length;
  const limited = { ...stage, plan, openGenerations: () => openGenerations };
  const limits = limitReached(limited, finished.signal).then((reason) => {
    if (reason !== undefined) stop(reason);
  });
  const { onProgress } = options;
  const stopFollowing = onProgress === undefined ? () => undefined : followProgress(stage.recorder, onProgress);
  try {
    await unlessAborted(signal, play());
  } catch (error) {
    stop(error as Error);
  } finally {
    stopFollowing();
    finished.abort(OVER);
    await limits;
  }

  async function play(): Promise<void> {
    const broadcast = createBroadcast(stage.clock);
    const observers = plan.observers.map((observer) => {
      const actor = createObserver(observer, { ...stage, subject, broadcast, ask: askThroughEdge(stage) });
      stage.tabs.set(observer.session, actor);
      return actor;
    });
    await stage.nemesis.begin(signal);
    const watching = new AbortController();
    signal.addEventListener('abort', () => watching.abort(OVER), { once: true });
    const watches = plan.observers.map((observer, i) => watchFrom(observer, itemAt(observers, i), watching.signal));
    await Promise.all([
      ...plan.generations.map((generation) =>
        runGeneration(generation, stage, signal).finally(() => (openGenerations -= 1)),
      ),
      options.beside?.(partsOf(stage, cluster), signal),
    ]);
    await lateCommits({ ...stage, commitsDelivered: () => cluster.commitsDelivered() }, signal);
    if (plan.watch_on_ms > 0) await stage.clock.sleep(plan.watch_on_ms, signal);
    if (!allows(plan, 'fault-without-effect')) await effectsOrEnds(stage, signal);
    if (!signal.aborted) {
      await stage.nemesis.heal();
      await stage.settled();
      await waitForReplicas(cluster, stage.clock, signal);
    }
    watching.abort(OVER);
    await Promise.all(watches);
    if (!signal.aborted) {
      if (await requestsEnded(stage, signal)) await waitForReplicas(cluster, stage.clock, signal);
      await cluster.commitsDelivered();
      await Promise.all(observers.map((observer) => observer.look()));
    }
  }

  /** An observer whose start never occurs watches from the end of the generations, and reads once. */
  async function watchFrom(observed: ObserverPlan, observer: ObserverActor, until: AbortSignal): Promise<void> {
    await stage.moments.until(observed.start, until, observed);
    if (signal.aborted) return;
    const watched = observer.watch(until);
    if (observed.until !== undefined) {
      await stage.moments.until(observed.until, until, observed);
      if (!until.aborted) observer.leave();
    }
    await watched;
  }
}

function partsOf(stage: Stage, cluster: Cluster): RunningParts {
  const { clock, instances, credentials, gatewayUrl, exchanges } = stage;
  const { publishableKey, secretKey } = cluster;
  return {
    clock,
    instances,
    credentials,
    supabaseUrl: gatewayUrl,
    publishableKey,
    secretKey,
    takeService: (operation) => exchanges.takeService(operation),
    commitsDelivered: () => cluster.commitsDelivered(),
  };
}

/**
 * Waits for what was sent and nobody waits for, such as a write of an instance that was killed: it may still be applied.
 * @returns whether there was anything to wait for
 */
async function requestsEnded({ clock, hasRequestsInFlight }: Stage, signal: AbortSignal): Promise<boolean> {
  if (!hasRequestsInFlight()) return false;
  const end = clock.now() + IN_FLIGHT_MS_MAX * 1e6;
  do await clock.sleep(IN_FLIGHT_CHECK_MS, signal);
  while (hasRequestsInFlight() && clock.now() < end && !signal.aborted);
  return true;
}

/** A request that takes longer than this is one that hangs. */
const IN_FLIGHT_MS_MAX = 5_000;
const IN_FLIGHT_CHECK_MS = 5;

/**
 * An application that decides on its steps may be done before a fault had an effect, or has begun: such faults are waited
 * for, for a limited time.
 */
async function effectsOrEnds({ effects, instances, nemesis, clock }: Stage, signal: AbortSignal): Promise<void> {
  if (!instances.haveOwnSteps) return;
  const pending = nemesis.unused().filter(({ sent }) => sent === undefined);
  const awaited = [...pending.map(({ number }) => number), ...(effects?.awaited() ?? [])];
  if (awaited.length === 0) return;
  const lasted = Promise.all(awaited.map((number) => nemesis.lasted(number)));
  await atMost(EFFECT_MS_MAX, lasted, clock, signal);
}

const EFFECT_MS_MAX = 10_000;

/** Sends a status request of a tab through the edge to an instance of the application. */
function askThroughEdge({ edge, instances, credentials }: Stage): AskStatus {
  return (request, operation, { story, instance }) => {
    const within = asSignedIn(credentials, request, operation);
    return edge.pass(request, within, (asked, by) => onBehalfOf(by, () => instances.status(instance, asked, story)));
  };
}

/** Resolves with `work`, or as soon as the run is aborted, even if `work` never ends. */
async function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return Promise.race([work, aborted]);
}

function followProgress(recorder: Recorder, onProgress: (message: string) => void): () => void {
  return recorder.follow((event) => {
    if (event.f !== 'show' || typeof event.value !== 'object' || event.value === null || !('progress' in event.value))
      return;
    onProgress(`${(event.time / 1e9).toFixed(1)} s  ${event.process} sees ${event.key} at ${event.value.progress}%`);
  });
}
