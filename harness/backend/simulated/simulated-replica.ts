import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseNode, Outage, ReplicaNode } from '../../port/backend.ts';
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import type { MaybePromise } from '../../maybe-promise.ts';
import type { Lag } from './simulated-lag.ts';
import type { Machine } from './simulated-machine.ts';

/** A replica: a view of the primary's log on its own machine. */
export class SimulatedReplica implements ReplicaNode {
  readonly name: string;
  readonly machine: Machine;
  readonly lag: Lag;
  readonly #rest: DatabaseNode['rest'];

  constructor(name: string, machine: Machine, lag: Lag, rest: DatabaseNode['rest']) {
    this.name = name;
    this.machine = machine;
    this.lag = lag;
    this.#rest = rest;
  }

  lsn(): MaybePromise<Lsn> {
    return this.machine.whenItAnswers(() => this.lag.current().lsn);
  }

  rest(request: HttpMessage): MaybePromise<HttpAnswer> {
    return this.machine.whenItAnswers(() => this.#rest(request));
  }

  async pause(): Promise<void> {
    this.lag.pause();
  }

  async holdAt(lsn: Lsn): Promise<void> {
    this.lag.holdAt(lsn);
  }

  async delay(milliseconds: number): Promise<void> {
    this.lag.delay(milliseconds);
  }

  async resume(): Promise<void> {
    this.lag.resume();
  }

  async outage(how: Outage): Promise<() => Promise<void>> {
    // Applies what has been received before the outage.
    this.lag.current();
    return this.machine.outage(how);
  }
}
