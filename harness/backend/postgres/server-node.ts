/** One database of a cluster: its control connection, and its REST layer. */
import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseNode, Outage, ReplicaNode } from '../../port/backend.ts';
import { answerOf, requestOf } from '../../gateway/http-message.ts';
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import { EnvironmentError } from '../../errors.ts';
import { firstOf } from '../../required.ts';
import { urlOf, type Address } from './address.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import { Liveness } from '../../lifetime/liveness.ts';
import type { ReplicaLag } from './replica-lag.ts';
import type { RestNode } from './rest-node.ts';

export interface NodeParts {
  name: string;
  address: Address;
  control: ReconnectingClient;
  rest: RestNode;
  /** The last lines of the server's log. */
  lastLog(): string | Promise<string>;
}

export class ServerNode implements DatabaseNode {
  readonly name: string;
  readonly databaseUrl: string;
  readonly control: ReconnectingClient;
  readonly restNode: RestNode;
  readonly liveness = new Liveness();
  readonly lastLog: NodeParts['lastLog'];

  constructor(parts: NodeParts) {
    this.name = parts.name;
    this.databaseUrl = urlOf(parts.address);
    this.control = parts.control;
    this.restNode = parts.rest;
    this.lastLog = parts.lastLog;
  }

  rest(request: HttpMessage): Promise<HttpAnswer> {
    return this.liveness.guard(async () => {
      const answer = await answerOf(await this.restNode.fetch(requestOf(request)));
      // The REST layer may only be reporting that the database is down; then the request must reject.
      if (answer.status >= 500) await this.#requireReachable();
      return answer;
    });
  }

  async lsn(): Promise<Lsn> {
    return this.liveness.guard(async () => {
      return firstOf(await this.control<{ lsn: Lsn }[]>`select pg_current_wal_flush_lsn()::text as lsn`).lsn;
    });
  }

  /**
   * Of a primary: an LSN up to which the WAL is flushed, and at or before which everything is that a query can see. What a
   * transaction with `synchronous_commit = off` has written can be seen before it is flushed.
   */
  async flush(): Promise<Lsn> {
    const flushed = await this.control<{ lsn: Lsn }[]>`
      select case when pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()
        then pg_logical_emit_message(false, 'ratchet', '', true) else pg_current_wal_flush_lsn() end::text as lsn`;
    return firstOf(flushed).lsn;
  }

  async #requireReachable(): Promise<void> {
    await this.control`select 1`.catch((cause: unknown) => {
      throw new EnvironmentError(
        'database-unreachable',
        `PostgreSQL ${this.name} cannot be reached.`,
        undefined,
        cause,
      );
    });
  }
}

type End = () => Promise<void>;
/** Applies an outage to the server of a replica, as the port's `outage` does. */
export type ApplyOutage = NonNullable<ReplicaNode['outage']>;

export class ServerReplica extends ServerNode implements ReplicaNode {
  readonly lag: ReplicaLag;
  readonly outage?: ApplyOutage;
  /** The outage because of which the server does not answer. */
  #down: Outage | undefined;
  /** Number of outages in effect; they may overlap. */
  #outages = 0;
  /** Makes the server answer again when the last outage ends. */
  #recover: End = async () => {};
  /** The server is stopped and started for one outage at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: NodeParts & { lag: ReplicaLag; outage?: ApplyOutage }) {
    super(parts);
    this.lag = parts.lag;
    const { outage } = parts;
    if (outage) this.outage = (how) => this.#beginOutage(how, outage);
  }

  get isDown(): boolean {
    return this.#down !== undefined;
  }

  /** Runs `act`, which replaces the disk, while the server is down. */
  replaceDisk(applyOutage: ApplyOutage, act: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const end = await this.#goDown('kill', applyOutage);
      await act();
      await end();
    });
  }

  /** A partitioned server still answers queries, so its lag can be changed as usual. */
  async #beginOutage(how: Outage, applyOutage: ApplyOutage): Promise<End> {
    if (how === 'partition') return this.#beginPartition(applyOutage);
    if (how !== 'restart') {
      const end = await this.#inTurn(() => this.#goDown(how, applyOutage));
      return () => this.#inTurn(end);
    }
    // A restart ends by itself, independently of when the fault ends.
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
    const restarted = this.#inTurn(async () => {
      const end = await this.#goDown(how, applyOutage);
      resolve();
      await end();
    });
    restarted.catch(reject);
    await begun;
    return () => restarted;
  }

  async #beginPartition(applyOutage: ApplyOutage): Promise<End> {
    const ended = this.lag.beginPartition();
    const end = await applyOutage('partition');
    return async () => {
      await end();
      ended();
    };
  }

  async #goDown(how: Outage, applyOutage: ApplyOutage): Promise<End> {
    this.#outages += 1;
    if (this.#outages === 1) this.lag.serverDown();
    // A server that has ended is left as it is; a frozen one can still be killed.
    if (this.#down === undefined) this.#recover = await this.#apply(how, applyOutage);
    else if (this.#down === 'freeze' && how !== 'freeze') this.#recover = await this.#apply('kill', applyOutage);
    return async () => {
      this.#outages -= 1;
      if (this.#outages > 0) return;
      await this.#recover();
      this.#down = undefined;
      await this.lag.serverUp();
    };
  }

  #apply(how: Outage, applyOutage: ApplyOutage): Promise<End> {
    this.#down = how;
    return applyOutage(how);
  }

  /** Runs `act` after the previous ones. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }

  override lsn(): Promise<Lsn> {
    return this.liveness.guard(() => this.lag.replayedLsn());
  }

  pause(): Promise<void> {
    return this.liveness.guard(() => this.lag.pause());
  }

  holdAt(lsn: Lsn): Promise<void> {
    return this.liveness.guard(() => this.lag.holdAt(lsn));
  }

  delay(milliseconds: number): Promise<void> {
    return this.liveness.guard(() => this.lag.delay(milliseconds));
  }

  resume(): Promise<void> {
    return this.liveness.guard(() => this.lag.resume());
  }
}
