/** A running environment as the backend of a run: its databases, its gateway and its commits, over its socket. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { EnvironmentError } from '../errors.ts';
import type { Backend, Cluster, ClusterOptions, DatabaseNode, NodeName, ReplicaNode } from '../port/backend.ts';
import type { ChangeTransaction } from '../port/stream.ts';
import { EnvironmentChanges } from './environment-changes.ts';
import {
  answerFrom,
  sentRequest,
  type EnvironmentCalls,
  type EnvironmentDescription,
  type RunCalls,
} from './environment-calls.ts';
import { callsOver, type SocketCalls } from './socket-calls.ts';
import { findUp } from './state-folder.ts';

type Environment = SocketCalls<EnvironmentCalls>;

/**
 * Finds the environment that `ratchet up` keeps running under this name.
 * @throws UsageError if it is not up; EnvironmentError if it does not answer
 */
export async function environmentBackend(name: string): Promise<Backend> {
  const { runSocket } = findUp(name);
  const environment = await open(runSocket, {});
  const described = await environment.call('describe').finally(() => environment.end());
  return {
    name: `environment ${name}`,
    description: `the environment ${name} that \`ratchet up\` keeps running`,
    option: `--on ${name}`,
    capabilities: new Set(described.capabilities),
    isConnecting: true,
    replicasMax: described.replicas.length,
    start: (options) => attach(runSocket, options),
    diagnose: async () => [{ what: name, ok: true, detail: described.apiUrl }],
  };
}

async function open(path: string, mine: Partial<RunCalls>): Promise<Environment> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new EnvironmentError('up-gone', `ratchet up does not answer: ${reason}`, 'see its terminal', cause);
  }
  return callsOver(socket, mine);
}

async function attach(path: string, options: ClusterOptions): Promise<Cluster> {
  const { tracked, replicas, onCommit, onDeath, onProgress, signal } = options;
  onProgress('attaching to the environment');
  const listeners = new Set<(transaction: ChangeTransaction) => void>();
  const changed: RunCalls['changed'] = (transaction) => listeners.forEach((listener) => listener(transaction));
  const environment = await open(path, { commit: onCommit, changed });
  try {
    signal?.throwIfAborted();
    const described = await environment.call('describe');
    if (tracked !== undefined) await environment.call('attach', tracked);
    return clusterOf(environment, described, { replicas, onDeath, listeners });
  } catch (error) {
    environment.end();
    throw error;
  }
}

function clusterOf(
  environment: Environment,
  { replicas, keys, versions, notes, missing, apiUrl, name }: EnvironmentDescription,
  {
    replicas: wanted,
    onDeath,
    listeners,
  }: Pick<ClusterOptions, 'replicas' | 'onDeath'> & { listeners: Set<(transaction: ChangeTransaction) => void> },
): Cluster {
  let isOver = false;
  void environment.ended.then(() => {
    if (!isOver) onDeath(new EnvironmentError('up-gone', `the environment ${name} has ended`, 'see its terminal'));
    isOver = true;
  });
  const close = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await environment.call('detach').finally(() => environment.end());
  };
  return {
    primary: nodeOf(environment, 'primary'),
    replicas: replicas.slice(0, wanted).map((replica) => replicaOf(environment, replica)),
    publishableKey: keys.publishable,
    secretKey: keys.secret,
    ...(keys.jwtSecret === undefined ? {} : { jwtSecret: keys.jwtSecret }),
    versions,
    notes,
    ...(missing === undefined ? {} : { missing }),
    insert: (table, row) => environment.call('insert', table, row),
    addUser: (user) => environment.call('addUser', user),
    commitsDelivered: () => environment.call('commitsDelivered'),
    async changes() {
      const tables = await environment.call('followChanges');
      return new EnvironmentChanges(tables, listeners, () => environment.call('changesDelivered'));
    },
    async redirect(to) {
      await environment.call('redirect', to);
      return { url: apiUrl, end: () => environment.call('redirect', null) };
    },
    close,
  };
}

function nodeOf(environment: Environment, name: NodeName): DatabaseNode {
  return {
    name,
    rest: async (request) => answerFrom(await environment.call('rest', name, sentRequest(request))),
    lsn: () => environment.call('lsn', name),
  };
}

function replicaOf(environment: Environment, name: NodeName): ReplicaNode {
  return {
    ...nodeOf(environment, name),
    lsn: async () => {
      const lsn = await environment.call('lsn', name);
      if (lsn === undefined) throw new Error(`the LSN of ${name} is unknown`);
      return lsn;
    },
    pause: () => environment.call('pause', name),
    holdAt: (lsn) => environment.call('holdAt', name, lsn),
    delay: (milliseconds) => environment.call('delay', name, milliseconds),
    resume: () => environment.call('resume', name),
    async outage(how) {
      const outage = await environment.call('beginOutage', name, how);
      return () => environment.call('endOutage', outage);
    },
  };
}
