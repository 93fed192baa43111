/** Lets runs of other processes use an environment, one at a time, over a UNIX socket. */
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendRequest } from '../backend/postgres/http-client.ts';
import { UsageError } from '../errors.ts';
import { CONNECTION_LOST, type Gateway, type GatewayAnswer, type GatewayRequest } from '../gateway/gateway.ts';
import { answerOf } from '../gateway/http-message.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Backend, Capability, Commit, DatabaseNode, NodeName, TrackedTable } from '../port/backend.ts';
import { ACTOR_HEADER, OPERATION_HEADER } from '../port/message.ts';
import { required } from '../required.ts';
import { AttachedRun, requireFit, type EnvironmentParts } from './attached-run.ts';
import {
  requestFrom,
  sentAnswer,
  type EnvironmentCalls,
  type EnvironmentDescription,
  type RunCalls,
} from './environment-calls.ts';
import { callsOver, type SocketCalls } from './socket-calls.ts';

export interface AttachableEnvironment extends EnvironmentParts {
  backend: Backend;
  apiUrl: string;
  /** The gateway while no run is attached. */
  gateway: Pick<Gateway, 'handle'>;
  commits: Set<(commit: Commit) => void>;
  /** @throws UsageError if a fault is active that a run would not expect */
  requireNoFaults(): void;
}

/** How long the end of a run waits for the answers to requests that were sent to it. */
const ANSWERS_WITHIN_MS = 1_000;

/** A promotion would not leave the environment as it was. */
const NOT_ON_ENVIRONMENTS: ReadonlySet<Capability> = new Set(['promotion']);

export class RunAttachments {
  readonly #environment: AttachableEnvironment;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));
  #current: AttachedRun | undefined;
  /** The gateway of the run. */
  #redirected: URL | undefined;
  /** The requests that it has not answered yet. */
  readonly #forwarded = new Set<Promise<unknown>>();

  constructor(environment: AttachableEnvironment) {
    this.#environment = environment;
    environment.commits.add((commit) => this.#current?.committed(commit));
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Answers a request to the environment: by its gateway, or by that of the run. */
  readonly handle = (request: GatewayRequest): MaybePromise<GatewayAnswer> => {
    if (this.#redirected === undefined) return this.#environment.gateway.handle(request);
    const answered: Promise<GatewayAnswer> = forward(request, this.#redirected).catch(() => CONNECTION_LOST);
    this.#forwarded.add(answered);
    return answered.finally(() => this.#forwarded.delete(answered));
  };

  /** @throws UsageError while a run is attached: it would not know of a change */
  requireIdle(): void {
    if (this.#current === undefined) return;
    const { name } = this.#environment;
    throw new UsageError('up-in-use', `a run is using the environment ${name}`, 'wait for its end, or stop it');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let attached: AttachedRun | undefined;
    const detach = async (): Promise<void> => {
      if (attached === undefined) return;
      this.#redirected = undefined;
      try {
        await attached.detach();
      } finally {
        if (this.#current === attached) this.#current = undefined;
      }
    };
    const attach = async (wanted: TrackedTable): Promise<void> => {
      this.requireIdle();
      requireFit(this.#environment, wanted);
      this.#environment.requireNoFaults();
      attached = this.#current = new AttachedRun(this.#environment, (commit) => {
        // A run that has ended needs no commits.
        run.call('commit', commit).catch(() => undefined);
      });
    };
    const attachedRun = (): AttachedRun => required(attached, 'a run that is attached');
    const changed: RunCalls['changed'] = (transaction) => void run.call('changed', transaction).catch(() => undefined);
    const run: SocketCalls<RunCalls> = callsOver(socket, this.#methods(attach, attachedRun, changed, detach));
    void run.ended.then(async () => {
      this.#sockets.delete(socket);
      // Of a run that was killed. What cannot be undone is the environment's own failure, which it reports itself.
      await detach().catch(() => undefined);
    });
  }

  #methods(
    attach: EnvironmentCalls['attach'],
    attached: () => AttachedRun,
    changed: RunCalls['changed'],
    detach: () => Promise<void>,
  ): EnvironmentCalls {
    const { cluster } = this.#environment;
    return {
      describe: () => this.#describe(),
      attach,
      rest: async (node, request) => sentAnswer(await this.#node(node).rest(requestFrom(request))),
      lsn: async (node) => this.#node(node).lsn(),
      pause: (replica) => attached().laggable(replica).pause(),
      holdAt: (replica, lsn) => attached().laggable(replica).holdAt(lsn),
      delay: (replica, milliseconds) => attached().laggable(replica).delay(milliseconds),
      resume: (replica) => attached().laggable(replica).resume(),
      beginOutage: (replica, how) => attached().beginOutage(replica, how),
      endOutage: (outage) => attached().endOutage(outage),
      insert: (table, row) => attached().insert(table, row),
      addUser: (user) => attached().addUser(user),
      commitsDelivered: () => cluster.commitsDelivered(),
      followChanges: async () => (await attached().followChanges(changed)).tables(),
      changesDelivered: async () => (await cluster.changes?.())?.delivered(),
      redirect: async (to) => {
        attached();
        this.#redirected = to === null ? undefined : new URL(to);
        if (to === null) await Promise.race([Promise.allSettled(this.#forwarded), sleep(ANSWERS_WITHIN_MS)]);
      },
      detach,
    };
  }

  #describe(): EnvironmentDescription {
    const { name, backend, cluster, tracked, apiUrl } = this.#environment;
    return {
      name,
      backend: backend.name,
      capabilities: [...backend.capabilities].filter((each) => !NOT_ON_ENVIRONMENTS.has(each)),
      missing: cluster.missing,
      tracked,
      replicas: cluster.replicas.map((replica) => replica.name),
      apiUrl,
      keys: { publishable: cluster.publishableKey, secret: cluster.secretKey, jwtSecret: cluster.jwtSecret },
      versions: cluster.versions,
      notes: cluster.notes ?? [],
    };
  }

  #node(name: NodeName): DatabaseNode {
    const { primary, replicas } = this.#environment.cluster;
    return required(
      [primary, ...replicas].find((node) => node.name === name),
      name,
    );
  }
}

/** Rejects if the gateway of the run breaks the connection. */
async function forward(
  { method, url, headers: given, body, actor, operation }: GatewayRequest,
  { hostname, port }: URL,
): Promise<GatewayAnswer> {
  const headers = new Headers(given);
  if (actor !== undefined) headers.set(ACTOR_HEADER, actor);
  if (operation !== undefined) headers.set(OPERATION_HEADER, operation);
  const sent = body === '' ? {} : { body: new TextEncoder().encode(body).buffer };
  const path = url.pathname + url.search;
  return answerOf(await sendRequest({ host: hostname, port: Number(port) }, { method, path, headers, ...sent }));
}
