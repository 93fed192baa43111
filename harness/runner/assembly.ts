/** Connects a gateway and fault targets to a cluster, for runs and for environments. */
import type { AppClock } from '../clock.ts';
import { assembleGateway, type Assembly, type AssemblyParts } from '../gateway/assembled-gateway.ts';
import type { Claim } from '../gateway/claim.ts';
import type { Lsn } from '../history/lsn.ts';
import type { Cluster, Commit, ReplicaNode } from '../port/backend.ts';
import type { FaultTargets } from '../port/fault-targets.ts';
import { clockIn } from './app-clocks.ts';

/** Creates a gateway for all nodes of a cluster, and faults that act on both. */
export function assemble<Faults extends { claim: Claim }>(
  { cluster, commits, clocks, participants = NO_PARTICIPANTS, ...parts }: ClusterParts,
  createFaults: (targets: FaultTargets) => Faults,
): Assembly & { faults: Faults } {
  const nodes = [cluster.primary, ...cluster.replicas];
  const assembly = assembleGateway({ ...parts, nodes, claim: (request) => faults.claim(request) });
  const faults = createFaults(withParticipants(targetsIn(cluster, assembly, commits, clocks), participants));
  return { ...assembly, faults };
}

export interface ClusterParts extends Omit<AssemblyParts, 'nodes' | 'claim'> {
  cluster: Cluster;
  /** The listeners that the cluster's commits are passed to. */
  commits: Set<(commit: Commit) => void>;
  /** The clocks of the application's instances, if faults can make them wrong. */
  clocks?: readonly AppClock[] | undefined;
  /** The tabs and instances of a run. */
  participants?: Participants;
}

/** The fault targets of a run other than the databases. */
export type Participants = Pick<
  FaultTargets,
  'tab' | 'streams' | 'createRow' | 'restartInstance' | 'haveOwnSteps' | 'caches'
>;

const NO_PARTICIPANTS: Participants = {
  haveOwnSteps: false,
  tab: (session) => outsideOfRun(session),
  get streams() {
    return outsideOfRun('a stream');
  },
  createRow: (story) => outsideOfRun(story),
  restartInstance: (instance) => outsideOfRun(`instance ${instance}`),
  caches: { purge: (place) => outsideOfRun(`a cache at ${place}`), route: (session) => outsideOfRun(session) },
};

/** A getter of the participants stays one. */
function withParticipants(targets: Omit<FaultTargets, keyof Participants>, participants: Participants): FaultTargets {
  return Object.defineProperties(targets, Object.getOwnPropertyDescriptors(participants)) as FaultTargets;
}

function outsideOfRun(what: string): never {
  throw new Error(`${what} does not exist outside of a run`);
}

function targetsIn(
  cluster: Cluster,
  { router, gateway }: Assembly,
  commits: ClusterParts['commits'],
  clocks: readonly AppClock[] | undefined,
): Omit<FaultTargets, keyof Participants> {
  return {
    appClock: clockIn(clocks),
    replica: (name) => findReplica(cluster, name),
    router,
    promote: cluster.promote?.bind(cluster),
    primaryLsn: () => primaryLsn(cluster),
    onCommit(listener) {
      commits.add(listener);
      return () => commits.delete(listener);
    },
    intercept: gateway.intercept,
  };
}

/** The current LSN of the primary, for a cluster with replicas. */
export async function primaryLsn({ primary }: Cluster): Promise<Lsn> {
  const lsn = await primary.lsn();
  if (lsn === undefined) throw new Error('the LSN of the primary is unknown, although the cluster has replicas');
  return lsn;
}

function findReplica(cluster: Cluster, name: string): ReplicaNode {
  const replica = cluster.replicas.find((candidate) => candidate.name === name);
  if (replica === undefined) throw new Error(`no replica is called ${name}`);
  return replica;
}
