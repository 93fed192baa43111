/** One database of a cluster: our control connection to it, and the REST layer before it. */
import type { Sql } from 'postgres';
import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseNode, Outage, ReplicaNode } from '../backend.ts';
import { answerOf, requestOf, type HttpAnswer, type HttpMessage } from '../message.ts';
import { EnvironmentError } from '../../errors.ts';
import { urlOf, type Address } from './address.ts';
import { Liveness } from './liveness.ts';
import type { ReplicaLag } from './replica.ts';
import type { RestNode } from './rest.ts';

export interface NodeParts {
  name: string;
  address: Address;
  control: Sql<{}>;
  rest: RestNode;
}

export class ServerNode implements DatabaseNode {
  readonly name: string;
  readonly databaseUrl: string;
  readonly control: Sql<{}>;
  readonly restNode: RestNode;
  readonly liveness = new Liveness();

  constructor(parts: NodeParts) {
    this.name = parts.name;
    this.databaseUrl = urlOf(parts.address);
    this.control = parts.control;
    this.restNode = parts.rest;
  }

  rest(request: HttpMessage): Promise<HttpAnswer> {
    return this.liveness.guard(async () => {
      const answer = await answerOf(await this.restNode.fetch(requestOf(request)));
      // Maybe it only says that the database is gone.
      if (answer.status >= 500) await this.#reach();
      return answer;
    });
  }

  async lsn(): Promise<Lsn> {
    return this.liveness.guard(async () => {
      const [row] = await this.control<{ lsn: Lsn }[]>`select pg_current_wal_flush_lsn()::text as lsn`;
      return row!.lsn;
    });
  }

  async #reach(): Promise<void> {
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

export class ServerReplica extends ServerNode implements ReplicaNode {
  readonly #lag: ReplicaLag;
  readonly outage?: (how: Outage) => Promise<() => Promise<void>>;

  constructor(parts: NodeParts & { lag: ReplicaLag; outage?: ReplicaNode['outage'] }) {
    super(parts);
    this.#lag = parts.lag;
    const { outage } = parts;
    if (outage) this.outage = (how) => this.#suffer(how, outage);
  }

  /** One that is only cut off from its primary goes on doing what it is told. */
  async #suffer(how: Outage, outage: NonNullable<ReplicaNode['outage']>): Promise<() => Promise<void>> {
    if (how === 'partition') return outage(how);
    this.#lag.left();
    const end = await outage(how);
    // A restart ends by itself, whenever the fault does.
    const whole = how === 'restart' ? end().then(() => this.#lag.returned()) : undefined;
    whole?.catch(() => {});
    return () => whole ?? end().then(() => this.#lag.returned());
  }

  override lsn(): Promise<Lsn> {
    return this.liveness.guard(() => this.#lag.replayedLsn());
  }

  pause(): Promise<void> {
    return this.liveness.guard(() => this.#lag.pause());
  }

  holdAt(lsn: Lsn): Promise<void> {
    return this.liveness.guard(() => this.#lag.holdAt(lsn));
  }

  delay(milliseconds: number): Promise<void> {
    return this.liveness.guard(() => this.#lag.delay(milliseconds));
  }

  resume(): Promise<void> {
    return this.liveness.guard(() => this.#lag.resume());
  }
}
