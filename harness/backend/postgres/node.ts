/** One database of a cluster: our control connection to it, and the REST layer before it. */
import type { Sql } from 'postgres';
import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseNode, Outage, ReplicaNode } from '../backend.ts';
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

  rest(request: Request): Promise<Response> {
    return this.liveness.guard(async () => {
      const response = await this.restNode.fetch(request);
      // Maybe it only says that the database is gone.
      if (response.status >= 500) await this.#reach();
      return response;
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
    if (parts.outage) this.outage = parts.outage;
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
