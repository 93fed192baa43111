/** Prepares a run: its stories, the application's instances, the gateway, the nemesis and the recorder. */
import type { Backend, Cluster, Commit } from '../port/backend.ts';
import type { Exchange, GatewayListener } from '../gateway/gateway.ts';
import type { GatewayServer } from '../gateway/gateway-server.ts';
import type { AppClock, Clock } from '../clock.ts';
import type { EventBody, HistoryEvent, HistoryHeader } from '../history/event.ts';
import { HAS_OWN_STEPS, MARKS_ITS_END } from '../history/marks.ts';
import { hasStreams, type Plan } from '../plan/plan.ts';
import { installInstanceDates } from '../subject/app-dates.ts';
import type { Subject, SubjectEnvironment } from '../port/subject.ts';
import type { ChannelSurroundings } from '../port/channel.ts';
import type { TabTarget } from '../port/fault-targets.ts';
import { withStream } from '../gateway/with-stream.ts';
import { withAuth } from '../gateway/with-auth.ts';
import { createEdge, type Edge } from '../edge/edge.ts';
import { kindNamed } from '../faults/fault-registry.ts';
import { AppInstances } from '../subject/instances.ts';
import { RequestQueue } from '../subject/request-queue.ts';
import { recordExchanges, type ExchangeRecorder } from '../recording/exchanges.ts';
import { required } from '../required.ts';
import type { Host } from './host.ts';
import type { EvidenceOfEnd } from '../actors/generation-end.ts';
import { followValues, type KnownValues } from '../recording/known-values.ts';
import type { StoryKeys } from '../recording/story-keys.ts';
import { createMoments, type Moments } from '../recording/moments.ts';
import { accessTokensOf, signIn, type Credentials, type SignedInUsers } from './sign-in.ts';
import { startRealtime } from './realtime-of-run.ts';
import { tabClients } from './tab-client.ts';
import { countAttribution } from './attribution-count.ts';
import { appClocks, applyAtStart } from './app-clocks.ts';
import { assemble, type Participants } from './assembly.ts';
import { followFaultEffects, type FaultEffects } from './fault-effects.ts';
import { countRequests, CountingClock } from './pending-work.ts';
import { createNemesis, type Nemesis } from './nemesis.ts';
import { runCaches, type RunCaches } from './run-caches.ts';
import { serveFromStart } from './gateway-from-start.ts';
import { insertStory, storiesOf } from './seeding.ts';
import { ProcessNames, Recorder, type LineSink } from '../recording/recorder.ts';

export interface StageOptions {
  plan: Plan;
  subject: Subject;
  backend: Backend;
  host: Host;
  /** Receives each line of the history at once. Without a sink the history is only in memory. */
  sink?: LineSink;
  /** Called for every event of the history. */
  onEvent?(event: HistoryEvent): void;
  /** Called for every request that arrives at the gateway, with the time of the run in nanoseconds. */
  onRequest?(exchange: Exchange, time: number): void;
  /** Also receives every request that passes the gateway. */
  onExchange?(exchange: Exchange): void;
  users: SignedInUsers;
  /** Ends the run early after a failure outside of actors. */
  stop(reason: Error): void;
}

/** The parts of a prepared run. */
export interface Stage {
  clock: Clock;
  recorder: Recorder;
  processes: ProcessNames;
  exchanges: ExchangeRecorder;
  knownValues: KnownValues;
  nemesis: Nemesis;
  /** `undefined` if no fault of the plan needs a request to have an effect. */
  effects: FaultEffects | undefined;
  /** Resolves when requests that continue after their client was answered are done. */
  settled(): Promise<void>;
  /** Whether a request is under way, e.g. of an instance that was killed since. */
  hasRequestsInFlight(): boolean;
  moments: Moments;
  instances: AppInstances;
  edge: Edge;
  /** The tabs that faults can act on, by session; filled when the observers are created. */
  tabs: Map<string, TabTarget>;
  gatewayUrl: string;
  openClient: ChannelSurroundings['openClient'];
  evidence: EvidenceOfEnd;
  hasGenerations: boolean;
  onStep(): void;
  /** Whether the application has taken steps of its own, although it was given those of the plan. */
  ignoresSteps(): boolean;
  /** Whether a request has come through the gateway. */
  hasRequests(): boolean;
  /** Whether a fault is about to change something, or a request that is not one of a tab waits for its response. */
  isBusy(): boolean;
  credentials: Credentials;
  /** Says that requests named no actor, if there were any. */
  attributionNote(): string | undefined;
  stop(reason: Error): void;
  close(): Promise<void>;
}

/** Starts the application's instances before the clock of the run, since loading them takes time. */
export async function prepareStage(
  options: StageOptions,
  cluster: Cluster,
  commits: Set<(commit: Commit) => void>,
  keys: StoryKeys,
): Promise<Stage> {
  const { plan, subject, host, backend } = options;
  const realtime = hasStreams(plan)
    ? await startRealtime(cluster, { tracked: subject.tracked, clock: host.clock(), host })
    : undefined;
  const { server, ownUrl, open } = await serveFromStart(host, cluster, plan);
  const clocks = appClocks(plan);
  const restoreDates = clocks === undefined ? () => undefined : installInstanceDates();
  const endAtStart = clocks === undefined ? undefined : await applyAtStart(plan, clocks);
  const caches = runCaches(plan, host.nowMs);
  const instances = await startInstances(options, cluster, server, { clocks, caches }).catch((error: unknown) => {
    restoreDates();
    realtime?.close();
    throw error;
  });
  await endAtStart?.();

  const clock = host.clock();
  const recorder = new Recorder(clock, headerOf(options, cluster, instances), options.sink, options.stop);
  if (options.onEvent !== undefined) recorder.follow(options.onEvent);
  const processes = new ProcessNames();
  const exchanges = recordExchanges(recorder, processes, subject.tracked, keys, writesOf(plan, backend));
  const knownValues = followValues(recorder, () => cluster.commitsDelivered());
  const moments = createMoments(clock, recorder, instances.haveOwnSteps ? 'reached' : 'equal');
  const { routing, sticky_ms: stickyMs } = plan.topology;
  const delays = new CountingClock(clock);
  const tabs: Stage['tabs'] = new Map();
  const participants: Participants = {
    haveOwnSteps: instances.haveOwnSteps,
    tab: (session) => required(tabs.get(session), session),
    get streams() {
      return required(realtime, 'Realtime').targets;
    },
    createRow: (story) => insertStory(cluster, { story, key: subject.keyOf(story) }, subject),
    caches: caches.targets,
    restartInstance: (instance, downMs) => instances.restart(instance, () => delays.sleep(downMs)),
  };
  const requests = countRequests(plan);
  const effects = followFaultEffects(plan, reportsCommits(backend, cluster));
  if (effects !== undefined) recorder.follow((event) => effects.see(event));
  const attribution = countAttribution(withListeners(exchanges, options, requests, effects, clock));
  const { listener } = attribution;
  const parts = { cluster, commits, clocks, routing, stickyMs, clock: delays, listener, participants };
  const assembly = assemble(parts, (targets) =>
    createNemesis(plan.faults, targets, moments, recorder, effects?.changed),
  );
  const { faults: nemesis } = assembly;
  const edge = createEdge({
    claim: nemesis.claim,
    sleep: (ms) => delays.sleep(ms),
    onClaimed: exchanges.claimed,
    caches: caches.atEdge,
  });
  caches.begin(edge, exchanges);
  const gateway = withAuth(assembly.gateway, cluster, host.nowMs);
  open(withStream(gateway, realtime));
  commits.add((commit) => recorder.record(commitEvent(commit)));
  const signing = { jwtSecret: cluster.jwtSecret, supabaseUrl: server.url, nowMs: host.nowMs() };
  let steps = 0;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll());
  const closeAll = async (): Promise<void> => {
    await instances.close();
    realtime?.close();
    await server.close();
    restoreDates();
  };
  return {
    clock,
    recorder,
    processes,
    exchanges,
    knownValues,
    nemesis,
    settled: async () => void (await Promise.all([assembly.gateway.settled(), edge.settled(), caches.settled()])),
    hasRequestsInFlight: () => host.hasRequestsInFlight?.() === true || requests.open() > 0,
    edge,
    tabs,
    effects,
    moments,
    instances,
    gatewayUrl: server.url,
    openClient: tabClients(cluster, ownUrl, () => accessTokensOf(options.users, signing)),
    evidence: reportsCommits(backend, cluster) ? 'commit' : 'read',
    hasGenerations: subject.tracked.generation !== undefined,
    onStep: () => void (steps += 1),
    ignoresSteps: () => steps === 0 && !instances.haveOwnSteps,
    hasRequests: () => requests.all() > 0,
    isBusy: () => delays.open > 0 || requests.open() > 0 || nemesis.isActing(),
    credentials: signIn(options.users, signing),
    attributionNote: () => attribution.note(),
    stop: options.stop,
    close,
  };
}

function withListeners(
  exchanges: GatewayListener,
  { onRequest, onExchange }: StageOptions,
  requests: GatewayListener,
  effects: GatewayListener | undefined,
  clock: Clock,
): GatewayListener {
  return {
    requested(exchange) {
      onRequest?.(exchange, clock.now());
      requests.requested(exchange);
      effects?.requested(exchange);
      exchanges.requested(exchange);
    },
    ended(exchange) {
      requests.ended(exchange);
      effects?.ended(exchange);
      exchanges.ended(exchange);
      onExchange?.(exchange);
    },
  };
}

/** Others may write to databases that are not of the run alone; the commits of their rows are not reported either. */
function writesOf(plan: Plan, { isConnecting }: Backend): ((story: string) => boolean) | undefined {
  if (isConnecting !== true) return undefined;
  const stories = new Set(storiesOf(plan));
  return (story) => stories.has(story);
}

function headerOf(
  { plan, subject, backend }: StageOptions,
  cluster: Cluster,
  { haveOwnSteps }: AppInstances,
): HistoryHeader {
  const { versions } = cluster;
  const commits = reportsCommits(backend, cluster) ? { commits_of: subject.tracked.table } : {};
  const steps = haveOwnSteps ? { [HAS_OWN_STEPS]: true } : {};
  const made = { subject: subject.name, backend: backend.name, seed: plan.seed, versions, ...commits, ...steps, plan };
  return { history: 1, [MARKS_ITS_END]: true, ...made };
}

function commitEvent({ key, generation, progress, status, lsn, promoted }: Commit): EventBody {
  const value = { generation, progress, ...(status === undefined ? {} : { status }) };
  const more = promoted === undefined ? { lsn } : { lsn, promoted };
  return { process: 'db', type: 'ok', f: 'commit', key, value, ...more };
}

async function startInstances(
  options: StageOptions,
  cluster: Cluster,
  server: GatewayServer,
  { clocks = [], caches }: { clocks: readonly AppClock[] | undefined; caches: RunCaches },
): Promise<AppInstances> {
  const { plan, subject } = options;
  const { publishableKey, secretKey } = cluster;
  const environments = Array.from({ length: plan.topology.instances }, (_, at): SubjectEnvironment => {
    const clock = clocks[at];
    const fetchCache = caches.ofInstance(at);
    return {
      supabaseUrl: server.url,
      publishableKey,
      secretKey,
      ...(clock === undefined ? {} : { clock }),
      ...(fetchCache === undefined ? {} : { fetchCache }),
    };
  });
  const mayBeKilled = plan.faults.some(({ kind }) => kindNamed(kind).subjectNeeds === 'instance-restart');
  try {
    return await AppInstances.start(subject, environments, { mayBeKilled, queues: queuesFor(environments, options) });
  } catch (error) {
    await server.close();
    throw error;
  }
}

function queuesFor(
  environments: readonly SubjectEnvironment[],
  { host, stop: onOverload }: StageOptions,
): RequestQueue[] | undefined {
  const { inFlightMax } = host;
  if (inFlightMax === undefined) return undefined;
  const clock = host.clock();
  return environments.map(() => new RequestQueue({ inFlightMax, nowMs: () => clock.now() / 1e6, onOverload }));
}

function reportsCommits({ capabilities }: Backend, { missing }: Cluster): boolean {
  return capabilities.has('commits') && missing?.capabilities.includes('commits') !== true;
}
