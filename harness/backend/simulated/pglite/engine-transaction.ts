/** One transaction of a request, with as few messages to the engine as possible. */
import type { StatementResult } from './wire-messages.ts';
import type { Engine } from './pglite-engine.ts';
import { settingStatement, type Settings } from './session-settings.ts';
import type { Statement } from './sql-text.ts';
import { seePast } from './time-travel.ts';

export interface TransactionOptions {
  settings: Settings;
  /** A transaction that reads the past is always read-only. */
  isReadOnly: boolean;
  /** The position that is read; `undefined` for the present. */
  past?: number | undefined;
}

const BEGIN_PAST: Statement = { text: 'begin isolation level repeatable read read only', values: [] };
const ROLLBACK: Statement = { text: 'rollback', values: [] };

export class EngineTransaction {
  readonly #engine: Engine;
  readonly #options: TransactionOptions;
  readonly #missing: Settings;
  readonly #role: string;
  #state: 'new' | 'open' | 'failed' = 'new';

  constructor(engine: Engine, options: TransactionOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#missing = engine.session.missing(options.settings);
    this.#role = options.settings['role'] ?? '';
  }

  /** The results of statements. @throws SqlError */
  run(...statements: Statement[]): StatementResult[] {
    const isFirst = this.#state === 'new';
    this.#state = 'failed';
    const results = isFirst ? this.#begin(statements) : this.#engine.connection.execute(statements, this.#role);
    this.#state = 'open';
    return results;
  }

  #begin(statements: readonly Statement[]): StatementResult[] {
    const { connection } = this.#engine;
    const { isReadOnly, past } = this.#options;
    const setting = settingStatement(this.#missing, isReadOnly && past === undefined);
    const before = setting === undefined ? [] : [setting];
    if (past === undefined) return connection.execute([...before, ...statements], this.#role).slice(before.length);
    connection.execute([BEGIN_PAST, ...before], this.#role);
    seePast(this.#engine, past);
    return connection.execute(statements, this.#role);
  }

  /** @throws SqlError, e.g. of a deferred constraint */
  commit(): void {
    if (this.#state === 'new') return;
    const { connection, session } = this.#engine;
    const isPast = this.#options.past !== undefined;
    let isCommitted = false;
    try {
      connection.finish(isPast ? [ROLLBACK] : [], this.#role);
      isCommitted = !isPast;
    } finally {
      session.ended(this.#missing, isCommitted);
    }
  }

  rollback(): void {
    const { connection, session } = this.#engine;
    const isPast = this.#options.past !== undefined;
    if (this.#state === 'failed') connection.finish([], this.#role);
    if (this.#state === 'open' || isPast) connection.finish([ROLLBACK], this.#role);
    session.ended(this.#missing, false);
  }
}
