/** The only connection to an engine. It is synchronous: a simulated run is one synchronous function. */
import type { EngineModule } from './engine-module.ts';
import { itemAt } from '../../../required.ts';
import { notSimulated } from '../rest-error.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { REFUSED } from './refused-functions.ts';
import type { Statement } from './sql-text.ts';
import { MessageWriter, parseAnswer, type QueryAnswer, type StatementResult } from './wire-messages.ts';

/** The status with which PGlite leaves the engine where PostgreSQL would jump to its main loop, after an error. */
const LONG_JUMP = 100;
const BEGINNING_MS = Date.UTC(2026, 0, 1);
const beginning = (): number => BEGINNING_MS;
const BUFFER_BYTES = 64 * 1024;

export class EngineConnection {
  readonly #module: EngineModule;
  readonly #messages = new MessageWriter();
  #prepared: PreparedStatements = new PreparedStatements();
  #input: Buffer = Buffer.alloc(0);
  #read = 0;
  #output = Buffer.alloc(BUFFER_BYTES);
  #written = 0;
  /** Milliseconds since 1970, with fractions: the time that the database sees. It stands still until a run begins. */
  now: () => number = beginning;

  constructor(module: EngineModule) {
    this.#module = module;
    const read = module.addFunction((pointer, length) => this.#give(pointer, length), 'ipi');
    const write = module.addFunction((pointer, length) => this.#take(pointer, length), 'ipi');
    module._pgl_set_rw_cbs(read, write);
  }

  /** Runs statements, in one implicit transaction if there are several. Returns their results and the first error. */
  ask(sql: string): QueryAnswer {
    this.#messages.query(sql);
    return this.#exchange();
  }

  /** @throws SqlError */
  query(sql: string): StatementResult[] {
    const { results, error } = this.ask(sql);
    if (error !== undefined) throw error;
    return results;
  }

  /** The rows of the last statement. @throws SqlError */
  rows(sql: string): (string | null)[][] {
    const results = this.query(sql);
    return itemAt(results, results.length - 1).rows;
  }

  /**
   * Runs statements in the transaction that ends with `finish`. Each is prepared when it is first used.
   * @param role the role that runs them: the policies that apply to it are part of a plan
   * @throws SqlError; nothing but `finish` may follow. EnvironmentError if a function is called that is refused
   */
  execute(statements: readonly Statement[], role: string): StatementResult[] {
    return this.#execute(statements, role, () => undefined);
  }

  /**
   * Runs statements and ends the transaction. Unless they say otherwise, it is rolled back after an error, and committed
   * without one.
   * @throws SqlError, e.g. of a deferred constraint
   */
  finish(statements: readonly Statement[], role: string): StatementResult[] {
    return this.#execute(statements, role, () => this.#messages.sync());
  }

  #execute(statements: readonly Statement[], role: string, end: () => void): StatementResult[] {
    const prepared = this.#prepared;
    const added: Statement[] = [];
    for (const statement of statements) {
      let name = prepared.nameOf(statement.text, role);
      if (name === undefined) {
        name = prepared.add(statement, role);
        added.push(statement);
        this.#messages.parse(name, statement.text);
      }
      this.#messages.execute(name, statement.values);
    }
    end();
    const answer = this.#exchange();
    const refused = answer.notices.find(({ code }) => code === REFUSED);
    if (refused !== undefined) throw notSimulated(refused.message);
    if (answer.error === undefined) return answer.results;
    for (const { text } of added.slice(answer.prepared)) prepared.remove(text, role);
    throw answer.error;
  }

  /** The names of the statements that are prepared belong to the state of the engine. */
  get prepared(): PreparedStatements {
    return this.#prepared;
  }

  set prepared(prepared: PreparedStatements) {
    this.#prepared = prepared;
  }

  stopClock(): void {
    this.now = beginning;
  }

  #exchange(): QueryAnswer {
    this.#input = this.#messages.take();
    this.#read = 0;
    this.#written = 0;
    const { now } = Date;
    const { setTimeout: timer } = globalThis;
    Date.now = this.now;
    globalThis.setTimeout = noTimer;
    try {
      this.#loop();
    } finally {
      Date.now = now;
      globalThis.setTimeout = timer;
    }
    return parseAnswer(this.#output.subarray(0, this.#written));
  }

  #loop(): void {
    const module = this.#module;
    while (this.#read < this.#input.length || module._pq_buffer_remaining_data() > 0) {
      const stack = module.stackSave();
      try {
        module._PostgresMainLoopOnce();
      } catch (error) {
        if ((error as { status?: number }).status !== LONG_JUMP) throw error;
        module.stackRestore(stack);
        module._PostgresMainLongJmp();
      }
    }
    module._PostgresSendReadyForQueryIfNecessary();
    module._pgl_pq_flush();
  }

  #give(pointer: number, lengthMax: number): number {
    const length = Math.min(lengthMax, this.#input.length - this.#read);
    this.#module.HEAPU8.set(this.#input.subarray(this.#read, this.#read + length), pointer);
    this.#read += length;
    return length;
  }

  #take(pointer: number, length: number): number {
    if (this.#written + length > this.#output.length) {
      const larger = Buffer.alloc(2 * (this.#written + length));
      this.#output.copy(larger, 0, 0, this.#written);
      this.#output = larger;
    }
    this.#output.set(this.#module.HEAPU8.subarray(pointer, pointer + length), this.#written);
    this.#written += length;
    return length;
  }
}

/** Time stands still during an exchange, and between exchanges the engine has nothing to do, such as to report statistics. */
const noTimer = (() => 0) as unknown as typeof globalThis.setTimeout;
