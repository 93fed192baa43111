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

/** How the statements of a lease are sent; each on its own by default. */
export interface Pipelining {
  /** Whether a statement is sent without waiting for its result, which nobody uses. If it fails, the next statement does. */
  isAhead(text: string): boolean;
  /** Whether a statement that is sent often is prepared, so that it is parsed and described only once. */
  isPrepared(text: string): boolean;
}

interface Slot {
  sql: postgres.Sql<{}>;
  broken: boolean;
  /** Rejects pending queries: postgres.js never settles those sent between the error of a connection and its close. */
  readonly pending: Set<(reason: Error) => void>;
  /** The statements that it has prepared. */
  readonly prepared: Set<string>;
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

  async reserve(pipelining: Pipelining = EACH_ON_ITS_OWN): Promise<Lease> {
    const slot = this.#takeFree() ?? (this.#slots.size < this.#max ? this.#add() : await this.#nextFree());
    const statements = new LeaseStatements(slot, pipelining);
    return {
      unsafe: (text, parameters = []) => statements.send(text, parameters),
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
    const slot: Slot = { broken: false, pending: new Set(), prepared: new Set(), sql: this.#open(() => lose(slot)) };
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

const EACH_ON_ITS_OWN: Pipelining = { isAhead: () => false, isPrepared: () => false };
/** A connection keeps what it has prepared: texts that differ each time must not fill its memory. */
const PREPARED_MAX = 100;

/** The statements of one lease. */
class LeaseStatements {
  readonly #slot: Slot;
  readonly #pipelining: Pipelining;
  /** Sent since the last statement whose result was awaited. */
  #ahead: { text: string; parameters: readonly unknown[]; answer: Promise<unknown> }[] = [];

  constructor(slot: Slot, pipelining: Pipelining) {
    this.#slot = slot;
    this.#pipelining = pipelining;
  }

  async send(text: string, parameters: readonly unknown[]): Promise<unknown> {
    const isPrepared = this.#isPrepared(text);
    const answer = ask(this.#slot, text, parameters, isPrepared);
    if (this.#pipelining.isAhead(text)) {
      answer.catch(() => undefined);
      this.#ahead.push({ text, parameters, answer });
      return [];
    }
    const ahead = this.#ahead;
    if (ahead.length === 0) return answer;
    this.#ahead = [];
    answer.catch(() => undefined);
    await Promise.all(ahead.map((each) => each.answer));
    return isPrepared ? answer.catch((error: unknown) => this.#again(error, ahead, text, parameters)) : answer;
  }

  /**
   * A table has got other columns since the statement was prepared. All that its transaction has done so far was sent ahead:
   * the transaction is begun again.
   */
  async #again(
    error: unknown,
    ahead: readonly { text: string; parameters: readonly unknown[] }[],
    text: string,
    parameters: readonly unknown[],
  ): Promise<unknown> {
    if ((error as { routine?: string }).routine !== 'RevalidateCachedQuery') throw error;
    await ask(this.#slot, 'rollback', [], false);
    for (const each of ahead) await ask(this.#slot, each.text, each.parameters, false);
    return ask(this.#slot, text, parameters, false);
  }

  #isPrepared(text: string): boolean {
    if (!this.#pipelining.isPrepared(text)) return false;
    const { prepared } = this.#slot;
    if (prepared.size < PREPARED_MAX) prepared.add(text);
    return prepared.has(text);
  }
}

function ask(slot: Slot, text: string, parameters: readonly unknown[], prepare: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (slot.broken) throw lost();
    slot.pending.add(reject);
    const settled = (): unknown => slot.pending.delete(reject);
    slot.sql
      .unsafe(text, [...parameters] as never[], { prepare })
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
