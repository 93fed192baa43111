/** Interprets a plan against a subject on a backend, in real time: the one place that wires all together. */
import type { Backend, Cluster, Commit, DatabaseNode, ReplicaNode } from '../backend/backend.ts';
import { createGateway } from '../backend/gateway/gateway.ts';
import { createRouter } from '../backend/gateway/routing.ts';
import { serveGateway, type GatewayServer } from '../backend/gateway/server.ts';
import { realClock, type Clock } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import type { History } from '../history/event.ts';
import { compareLsn } from '../history/lsn.ts';
import type { Arena } from '../nemesis/nemesis.ts';
import type { Plan } from '../plan/plan.ts';
import type { AppInstance, Subject } from '../subject/subject.ts';
import { recordExchanges, type ExchangeRecorder } from './exchanges.ts';
import { incompleteMark } from './judgement.ts';
import { readMigrations } from './migrations.ts';
import { createMoments } from './moments.ts';
import { createNemesis, type NemesisDriver } from './nemesis-driver.ts';
import { createObserver, type ObserverActor } from './observer.ts';
import { ProcessNames, Recorder, type LineSink } from './recorder.ts';
import { requireSupport } from './requirements.ts';
import { runGeneration } from './worker.ts';

export interface RunOptions {
  plan: Plan;
  subject: Subject;
  backend: Backend;
  /** Receives the history line by line, as it happens. */
  sink: LineSink;
  /** Told what is going on, for a progress line. */
  onProgress(message: string): void;
  /** Stops the run; what has been recorded stays. */
  signal?: AbortSignal;
}

export interface RunOutcome {
  history: History;
  /** Why the run is not whole: a dead database, a time-out, an interruption. Its verdict can be at best unknown. */
  incomplete: Error | undefined;
  /** What the application did that no property judges, e.g. giving up on a generation. */
  notes: string[];
}

/**
 * @throws UsageError for a plan that the backend cannot do; EnvironmentError when it cannot be started.
 * Once the run has begun nothing is thrown: the outcome says what went wrong.
 */
export async function runPlan(options: RunOptions): Promise<RunOutcome> {
  requireSupport(options.plan, options.backend);
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

  const cluster = await options.backend.start({
    replicas: options.plan.topology.replicas,
    migrations: await readMigrations(options.subject.migrations),
    tracked: options.subject.tracked,
    onProgress: options.onProgress,
    onCommit: (commit) => commits.forEach((listener) => listener(commit)),
    onDeath: stop,
    signal: stopping.signal,
  });
  try {
    await seedStories(cluster, options);
    const stage = await setStage(options, cluster, commits);
    try {
      const notes = await perform(options, cluster, stage, stopping.signal, stop);
      if (failure !== undefined) noteIncomplete(stage.recorder, failure);
      return { history: stage.recorder.history, incomplete: failure, notes };
    } finally {
      stage.recorder.close();
      await stage.close();
    }
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    await cluster.close();
  }
}

/** All that takes part in a run, before it begins. */
interface Stage {
  clock: Clock;
  recorder: Recorder;
  processes: ProcessNames;
  exchanges: ExchangeRecorder;
  nemesis: NemesisDriver;
  moments: ReturnType<typeof createMoments>;
  instances: AppInstance[];
  gatewayUrl: string;
  close(): Promise<void>;
}

async function setStage(options: RunOptions, cluster: Cluster, commits: Set<(commit: Commit) => void>): Promise<Stage> {
  const { plan, subject, backend } = options;
  const clock = realClock();
  const header = {
    history: 1,
    subject: subject.name,
    backend: backend.name,
    seed: plan.seed,
    versions: cluster.versions,
    plan,
  } as const;
  const recorder = new Recorder(clock, header, options.sink);
  const processes = new ProcessNames();
  const exchanges = recordExchanges(recorder, processes, subject.tracked);
  const moments = createMoments(clock, recorder);
  const router = createRouter({
    routing: plan.topology.routing,
    replicas: cluster.replicas.map((replica) => replica.name),
    stickyMs: plan.topology.sticky_ms,
    nowMs: () => clock.now() / 1e6,
  });
  const arena: Arena = {
    replica: (name) => findReplica(cluster, name),
    router,
    primaryLsn: () => cluster.primary.lsn(),
    onCommit(listener) {
      commits.add(listener);
      return () => commits.delete(listener);
    },
  };
  const nemesis = createNemesis(plan.faults, arena, moments, recorder);
  const nodes = [cluster.primary, ...cluster.replicas];
  const gateway = createGateway({
    nodes,
    router,
    sleep: (ms) => clock.sleep(ms),
    listener: exchanges,
    claim: nemesis.claim,
  });
  const server = await serveGateway(gateway);
  commits.add(({ key, generation, progress, status, lsn }) => {
    const value = { generation, progress, ...(status === undefined ? {} : { status }) };
    recorder.record({ process: 'db', type: 'ok', f: 'commit', key, value, lsn });
  });
  const instances = await createInstances(options, cluster, server);
  const close = async (): Promise<void> => {
    await Promise.allSettled(instances.map((instance) => instance.close?.()));
    await server.close();
  };
  return { clock, recorder, processes, exchanges, nemesis, moments, instances, gatewayUrl: server.url, close };
}

async function createInstances(options: RunOptions, cluster: Cluster, server: GatewayServer): Promise<AppInstance[]> {
  const { publishableKey, secretKey } = cluster;
  const environment = { supabaseUrl: server.url, publishableKey, secretKey };
  const instances: AppInstance[] = [];
  try {
    for (let i = 0; i < options.plan.topology.instances; i++) {
      instances.push(await options.subject.createInstance(environment));
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  return instances;
}

/** Faults, generations and polls; then everything heals and every observer looks once more. */
async function perform(
  options: RunOptions,
  cluster: Cluster,
  stage: Stage,
  signal: AbortSignal,
  stop: (reason: Error) => void,
): Promise<string[]> {
  const { plan, subject } = options;
  const finished = new AbortController();
  const deadline = stage.clock.sleep(plan.run_ms_max, finished.signal).then(() => {
    if (!finished.signal.aborted)
      stop(
        new EnvironmentError(
          'run-timeout',
          `the run was not over after ${plan.run_ms_max} ms`,
          'raise run_ms_max in the plan',
        ),
      );
  });
  const stopFollowing = followProgress(stage.recorder, options.onProgress);
  try {
    return await unlessAborted(signal, play(), []);
  } catch (error) {
    stop(error as Error);
    return [];
  } finally {
    stopFollowing();
    finished.abort();
    await deadline;
  }

  async function play(): Promise<string[]> {
    await stage.nemesis.begin(signal);
    const polling = new AbortController();
    signal.addEventListener('abort', () => polling.abort(), { once: true });
    const observers = plan.observers.map((observer) =>
      createObserver(observer, { ...stage, subject, instance: stage.instances[observer.instance - 1]! }),
    );
    const polls = plan.observers.map((observer, i) => pollFrom(observer.start, observers[i]!, polling.signal));
    const notes = await Promise.all(
      plan.generations.map((generation) =>
        runGeneration(generation, { ...stage, instance: stage.instances[generation.instance - 1]! }, signal),
      ),
    );
    if (!signal.aborted) {
      await stage.nemesis.heal();
      await caughtUp(cluster, stage.clock, signal);
    }
    polling.abort();
    await Promise.all(polls);
    if (!signal.aborted) {
      await cluster.commitsDelivered();
      await Promise.all(observers.map((observer) => observer.pollOnce()));
    }
    return notes.filter((note) => note !== undefined);
  }

  async function pollFrom(
    start: Plan['observers'][number]['start'],
    observer: ObserverActor,
    until: AbortSignal,
  ): Promise<void> {
    await stage.moments.until(start, until);
    await observer.pollUntil(until);
  }
}

/** The disk may be what failed: then the mark stays in memory, for the verdict of this run. */
function noteIncomplete(recorder: Recorder, failure: Error): void {
  try {
    recorder.record(incompleteMark(failure));
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
  }
}

/** What `work` resolves to; `fallback` as soon as the run is aborted, whatever still hangs. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>, fallback: T): Promise<T> {
  const aborted = new Promise<T>((resolve) => {
    if (signal.aborted) resolve(fallback);
    signal.addEventListener('abort', () => resolve(fallback), { once: true });
  });
  return Promise.race([work, aborted]);
}

/** Creates the rows of the plan's stories and waits until every replica has them. */
async function seedStories(cluster: Cluster, { plan, subject }: RunOptions): Promise<void> {
  const stories = new Set([...plan.generations, ...plan.observers].map((actor) => actor.story));
  const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  for (const story of stories) {
    const row = { [subject.tracked.key]: story, ...subject.storyRow(story) };
    const columns = Object.keys(row).map(identifier).join(', ');
    const places = Object.keys(row)
      .map((_, i) => `$${i + 1}`)
      .join(', ');
    await cluster.query(
      `insert into public.${identifier(subject.tracked.table)} (${columns}) values (${places})`,
      Object.values(row),
    );
  }
  await cluster.commitsDelivered();
  await caughtUp(cluster, realClock(), new AbortController().signal);
}

async function caughtUp(cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<void> {
  const target = await cluster.primary.lsn();
  const reached = async (replica: DatabaseNode): Promise<boolean> => compareLsn(await replica.lsn(), target) >= 0;
  for (const replica of cluster.replicas) {
    while (!signal.aborted && !(await reached(replica))) await clock.sleep(2, signal);
  }
}

function findReplica(cluster: Cluster, name: string): ReplicaNode {
  const replica = cluster.replicas.find((candidate) => candidate.name === name);
  if (replica === undefined) throw new Error(`no replica is called ${name}`);
  return replica;
}

function followProgress(recorder: Recorder, onProgress: (message: string) => void): () => void {
  return recorder.follow((event) => {
    if (event.f !== 'show' || typeof event.value !== 'object' || event.value === null || !('progress' in event.value))
      return;
    onProgress(`${(event.time / 1e9).toFixed(1)} s  ${event.process} sees ${event.key} at ${event.value.progress}%`);
  });
}
