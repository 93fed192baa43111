/** One database of a cluster: our control connection to it, and the REST layer before it. */
import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseNode, Outage, ReplicaNode } from '../../port/backend.ts';
import { answerOf, requestOf } from '../../gateway/http-message.ts';
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import { EnvironmentError } from '../../errors.ts';
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
}

export class ServerNode implements DatabaseNode {
  readonly name: string;
  readonly databaseUrl: string;
  readonly control: ReconnectingClient;
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

type End = () => Promise<void>;
/** What can befall the server of a replica, as the port's `outage`. */
export type ApplyOutage = NonNullable<ReplicaNode['outage']>;

export class ServerReplica extends ServerNode implements ReplicaNode {
  readonly lag: ReplicaLag;
  readonly outage?: ApplyOutage;
  /** Why it does not answer. */
  #away: Outage | undefined;
  /** Of those that overlap each counts until it ends. */
  #outages = 0;
  /** What makes it whole after the last. */
  #wake: End = async () => {};
  /** Its server ends and starts for one reason at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: NodeParts & { lag: ReplicaLag; outage?: ApplyOutage }) {
    super(parts);
    this.lag = parts.lag;
    const { outage } = parts;
    if (outage) this.outage = (how) => this.#suffer(how, outage);
  }

  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /** `act` changes its disk while its server stands still; `befall` is what its backend can do to that. */
  renew(befall: ApplyOutage, act: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      const end = await this.#leave('kill', befall);
      await act();
      await end();
    });
  }

  /** One that is only cut off from its primary goes on doing what it is told. */
  async #suffer(how: Outage, befall: ApplyOutage): Promise<End> {
    if (how === 'partition') return befall(how);
    if (how !== 'restart') {
      const end = await this.#alone(() => this.#leave(how, befall));
      return () => this.#alone(end);
    }
    // It ends by itself, whenever the fault does.
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
    const whole = this.#alone(async () => {
      const end = await this.#leave(how, befall);
      resolve();
      await end();
    });
    whole.catch(reject);
    await begun;
    return () => whole;
  }

  async #leave(how: Outage, befall: ApplyOutage): Promise<End> {
    this.#outages += 1;
    if (this.#outages === 1) this.lag.left();
    // What is down already cannot fall further; what is frozen can.
    if (this.#away === undefined) this.#wake = await this.#fall(how, befall);
    else if (this.#away === 'freeze' && how !== 'freeze') this.#wake = await this.#fall('kill', befall);
    return async () => {
      this.#outages -= 1;
      if (this.#outages > 0) return;
      await this.#wake();
      this.#away = undefined;
      await this.lag.returned();
    };
  }

  #fall(how: Outage, befall: ApplyOutage): Promise<End> {
    this.#away = how;
    return befall(how);
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act);
    this.#last = mine.catch(() => {});
    return mine;
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
