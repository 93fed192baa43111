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
  #state: 'new' | 'open' | 'failed' | 'ended' = 'new';

  constructor(engine: Engine, options: TransactionOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#missing = engine.session.missing(options.settings);
    this.#role = options.settings['role'] ?? '';
  }

  /** Whether nothing can follow. */
  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** The results of statements. @throws SqlError */
  run(...statements: Statement[]): StatementResult[] {
    const { connection } = this.#engine;
    const before = this.#before();
    this.#state = 'failed';
    const results = connection.execute([...before, ...statements], this.#role).slice(before.length);
    this.#state = 'open';
    return results;
  }

  /** Runs its last statements and commits it, with fewer messages than both take. @throws SqlError */
  finish(...statements: Statement[]): StatementResult[] {
    const before = this.#before();
    const results = this.#end([...before, ...statements]);
    return results.slice(before.length, before.length + statements.length);
  }

  /** What the first statements need. */
  #before(): Statement[] {
    if (this.#state !== 'new') return [];
    const { isReadOnly, past } = this.#options;
    const setting = settingStatement(this.#missing, isReadOnly && past === undefined);
    const before = setting === undefined ? [] : [setting];
    if (past === undefined) return before;
    this.#state = 'failed';
    this.#engine.connection.execute([BEGIN_PAST, ...before], this.#role);
    seePast(this.#engine, past);
    return [];
  }

  /** @throws SqlError, e.g. of a deferred constraint */
  commit(): void {
    if (this.#state === 'open') this.#end([]);
  }

  #end(statements: readonly Statement[]): StatementResult[] {
    const { connection, session } = this.#engine;
    const isPast = this.#options.past !== undefined;
    this.#state = isPast ? 'failed' : 'ended';
    let isCommitted = false;
    try {
      const results = connection.finish(isPast ? [...statements, ROLLBACK] : statements, this.#role);
      this.#state = 'ended';
      isCommitted = !isPast;
      return results;
    } finally {
      session.ended(this.#missing, isCommitted);
    }
  }

  rollback(): void {
    const { connection, session } = this.#engine;
    const isPast = this.#options.past !== undefined;
    if (this.#state === 'failed') connection.finish([], this.#role);
    if (this.#state === 'open' || (isPast && this.#state === 'failed')) connection.finish([ROLLBACK], this.#role);
    this.#state = 'ended';
    session.ended(this.#missing, false);
  }
}
