/** The only connection to an engine. It is synchronous: a simulated run is one synchronous function. */
import type { EngineModule } from './engine-module.ts';
import { itemAt } from '../../../required.ts';
import { parseAnswer, queryMessage, type QueryAnswer, type StatementResult } from './wire-messages.ts';

/** The status with which PGlite leaves the engine where PostgreSQL would jump to its main loop, after an error. */
const LONG_JUMP = 100;
const BEGINNING_MS = Date.UTC(2026, 0, 1);
const BUFFER_BYTES = 64 * 1024;

export class EngineConnection {
  readonly #module: EngineModule;
  #input: Buffer = Buffer.alloc(0);
  #read = 0;
  #output = Buffer.alloc(BUFFER_BYTES);
  #written = 0;
  /** Milliseconds since 1970, with fractions: the time that the database sees. It stands still until a run begins. */
  now: () => number = () => BEGINNING_MS;

  constructor(module: EngineModule) {
    this.#module = module;
    const read = module.addFunction((pointer, length) => this.#give(pointer, length), 'ipi');
    const write = module.addFunction((pointer, length) => this.#take(pointer, length), 'ipi');
    module._pgl_set_rw_cbs(read, write);
  }

  /** Runs statements, in one implicit transaction if there are several. Returns their results and the first error. */
  ask(sql: string): QueryAnswer {
    return parseAnswer(this.#exchange(queryMessage(sql)));
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

  #exchange(message: Buffer): Buffer {
    this.#input = message;
    this.#read = 0;
    this.#written = 0;
    const { now } = Date;
    Date.now = this.now;
    try {
      this.#loop();
    } finally {
      Date.now = now;
    }
    return this.#output.subarray(0, this.#written);
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
