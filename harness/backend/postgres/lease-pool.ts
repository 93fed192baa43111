/**
 * A pool that leases connections to one request at a time. postgres.js has `reserve()` for that, but when a reserved
 * connection breaks, its next statement (for example the rollback) crashes the whole process. Here each lease is a
 * client of its own, which knows whether its connection broke.
 */
import type postgres from 'postgres';

/** The part of postgres.js's reserved connection that Kysely's dialect uses. */
export interface Lease {
  unsafe(text: string, parameters?: readonly unknown[]): Promise<unknown>;
  release(): void;
}

interface Slot {
  sql: postgres.Sql<{}>;
  broken: boolean;
  /** Rejects pending queries: postgres.js never settles those sent between the error of a connection and its close. */
  readonly pending: Set<(reason: Error) => void>;
}

type Open = (onclose: () => void) => postgres.Sql<{}>;

export class LeasePool {
  readonly #open: Open;
  readonly #max: number;
  readonly #slots = new Set<Slot>();
  readonly #free: Slot[] = [];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  constructor(open: Open, max: number) {
    this.#open = open;
    this.#max = max;
  }

  async reserve(): Promise<Lease> {
    const slot = this.#takeFree() ?? (this.#slots.size < this.#max ? this.#add() : await this.#nextFree());
    return {
      unsafe: (text, parameters = []) => ask(slot, text, parameters),
      release: () => this.#giveBack(slot),
    };
  }

  async end(): Promise<void> {
    await Promise.allSettled([...this.#slots].map(({ sql }) => sql.end({ timeout: 0 })));
  }

  /** Replaces a connection that broke while it was idle, for example because its server restarted. */
  #takeFree(): Slot | undefined {
    const slot = this.#free.pop();
    return slot?.broken ? this.#replace(slot) : slot;
  }

  #add(): Slot {
    const slot: Slot = { broken: false, pending: new Set(), sql: this.#open(() => lose(slot)) };
    this.#slots.add(slot);
    return slot;
  }

  #nextFree(): Promise<Slot> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(slot: Slot): void {
    const healthy = slot.broken ? this.#replace(slot) : slot;
    const next = this.#waiting.shift();
    if (next) next(healthy);
    else this.#free.push(healthy);
  }

  #replace(slot: Slot): Slot {
    this.#slots.delete(slot);
    void slot.sql.end({ timeout: 0 });
    return this.#add();
  }
}

function ask(slot: Slot, text: string, parameters: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (slot.broken) throw lost();
    slot.pending.add(reject);
    const settled = (): unknown => slot.pending.delete(reject);
    slot.sql
      .unsafe(text, [...parameters] as never[])
      .then(resolve, reject)
      .finally(settled);
  });
}

function lose(slot: Slot): void {
  slot.broken = true;
  for (const reject of slot.pending) reject(lost());
}

function lost(): Error {
  return new Error('CONNECTION_CLOSED: the connection to the database was lost.');
}
