/**
 * Connections lent to one request at a time. postgres.js has `reserve()` for that, but when a reserved connection
 * breaks, its next statement (say, the rollback) brings the whole process down: here each loan is a client of its
 * own that knows whether it broke.
 */
import type postgres from 'postgres';

/** As much of a reserved connection of postgres.js as Kysely's dialect uses. */
export interface Lease {
  unsafe(text: string, parameters?: readonly unknown[]): Promise<unknown>;
  release(): void;
}

interface Slot {
  sql: postgres.Sql<{}>;
  broken: boolean;
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
      unsafe: async (text, parameters = []) => {
        if (slot.broken) throw new Error('CONNECTION_CLOSED: the connection to the database was lost.');
        return slot.sql.unsafe(text, [...parameters] as never[]);
      },
      release: () => this.#giveBack(slot),
    };
  }

  async end(): Promise<void> {
    await Promise.allSettled([...this.#slots].map(({ sql }) => sql.end({ timeout: 0 })));
  }

  /** One that broke while nobody had it, as when its server restarts, is replaced before anybody is let down by it. */
  #takeFree(): Slot | undefined {
    const slot = this.#free.pop();
    return slot?.broken ? this.#replace(slot) : slot;
  }

  #add(): Slot {
    const slot: Slot = { broken: false, sql: this.#open(() => (slot.broken = true)) };
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
