/** One transaction of a request: its statements run when their results are needed, as few messages as possible. */
import type { StatementResult } from './wire-messages.ts';
import type { Engine } from './pglite-engine.ts';
import type { Statement } from './sql-text.ts';
import { seePast } from './time-travel.ts';

export interface TransactionOptions {
  role: string;
  /** Sets the role and the claims. */
  settings: Statement;
  /** The position that is read; `undefined` for the present, which can be changed. */
  past?: number | undefined;
}

/** Like any settings, it fixes the snapshot of a read of the past. */
export const NO_SETTINGS: Statement = { text: 'select 1', values: [] };
const BEGIN_PAST: Statement = { text: 'begin isolation level repeatable read read only', values: [] };
const ROLLBACK: Statement = { text: 'rollback', values: [] };

export class EngineTransaction {
  readonly #engine: Engine;
  readonly #options: TransactionOptions;
  #state: 'new' | 'open' | 'failed' = 'new';

  constructor(engine: Engine, options: TransactionOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** The results of statements. @throws SqlError */
  run(...statements: Statement[]): StatementResult[] {
    const isFirst = this.#state === 'new';
    this.#state = 'failed';
    const results = isFirst ? this.#begin(statements) : this.#engine.connection.execute(statements, this.#options.role);
    this.#state = 'open';
    return results;
  }

  #begin(statements: readonly Statement[]): StatementResult[] {
    const { connection } = this.#engine;
    const { role, settings, past } = this.#options;
    if (past === undefined) return connection.execute([settings, ...statements], role).slice(1);
    connection.execute([BEGIN_PAST, settings], role);
    seePast(this.#engine, past);
    return connection.execute(statements, role);
  }

  /** @throws SqlError, e.g. of a deferred constraint */
  commit(): void {
    const { role, past } = this.#options;
    if (this.#state !== 'new') this.#engine.connection.finish(past === undefined ? [] : [ROLLBACK], role);
  }

  rollback(): void {
    const { connection } = this.#engine;
    const { role, past } = this.#options;
    if (this.#state === 'failed') connection.finish([], role);
    if (this.#state === 'open' || past !== undefined) connection.finish([ROLLBACK], role);
  }
}
