import { FAULT, INFO, INVOKE, NONE, NOTHING, SHOW, WRITE_OK } from './codes.ts';
import { operationOf, typeOf } from './codes.ts';
import type { EventRow } from './event-row.ts';
import { show } from './event-shape.ts';
import type { Names } from './names.ts';
import { Float64Column, Int32Column, Uint8Column } from './typed-columns.ts';
import { isNull, isSameValue, readValue, type ValueRow } from './value-row.ts';

const IDLE = 0;
const IN_FLIGHT = 1;
const ENDED_IN_INFO = 2;

/**
 * The operation of each process: at most one at a time, and none after one that ended in `info`. Memory grows with the
 * processes, not with the events.
 */
export class ProcessLedger {
  readonly #names: Names;
  /** By process. */
  #states = new Uint8Column(64);
  #operations = operationsOf(64);

  constructor(names: Names) {
    this.#names = names;
  }

  /** Why the event of this row contradicts the previous ones of its process, or `undefined`. */
  problem(row: EventRow): string | undefined {
    const { process, code } = row;
    const f = code >> 2;
    if (f === FAULT) return undefined;
    if (process >= this.#states.length) this.#grow(process);
    const state = this.#states.get(process);
    if (state === ENDED_IN_INFO) {
      const what = operationOf(this.#operations.code.get(process));
      return `process ${this.#name(process)} is used again after its ${what} ended in info at index ${this.#operations.index[process]}`;
    }
    if (f >= SHOW) return undefined;
    if ((code & 3) === INVOKE) {
      if (state === IDLE) return undefined;
      const what = operationOf(this.#operations.code.get(process));
      return `process ${this.#name(process)} still has the ${what} of index ${this.#operations.index[process]} in flight`;
    }
    if (state === IN_FLIGHT) return this.#mismatch(row);
    return `${typeOf(code)} without an invoke: process ${this.#name(process)} has no operation in flight`;
  }

  begin(row: EventRow): void {
    const { process } = row;
    const operations = this.#operations;
    this.#states[process] = IN_FLIGHT;
    operations.index[process] = row.index;
    operations.code[process] = row.code;
    operations.key[process] = row.key;
    operations.session[process] = row.session;
    operations.shape[process] = row.shape;
    operations.generation[process] = row.generation;
    operations.progress[process] = row.progress;
    operations.status[process] = row.status;
  }

  /** Returns the index of the invoke. */
  complete({ index, process, code }: EventRow): number {
    const operations = this.#operations;
    const invoke = operations.index.get(process);
    if ((code & 3) === INFO) {
      this.#states[process] = ENDED_IN_INFO;
      operations.index[process] = index;
    } else this.#states[process] = IDLE;
    return invoke;
  }

  #mismatch(row: EventRow): string | undefined {
    const { process, session, key, code } = row;
    const [names, operations] = [this.#names, this.#operations];
    const differs = (field: string, ended: unknown, begun: unknown): string =>
      `${field} is ${show(ended)}, but the invoke at index ${operations.index[process]} has ${show(begun)}`;
    const begun = operations.code.get(process);
    if (begun >> 2 !== code >> 2) return differs('f', operationOf(code), operationOf(begun));
    const begunKey = operations.key.get(process);
    if (begunKey !== key) return differs('key', names.nameOf(key), names.nameOf(begunKey));
    const named = operations.session.get(process);
    if (session !== NONE && named !== NONE && named !== session)
      return differs('session', names.nameOf(session), names.nameOf(named));
    if (code !== WRITE_OK || row.shape === NOTHING || isNull(row)) return undefined;
    const written = this.#valueOf(process);
    return isSameValue(row, written) ? undefined : differs('value', readValue(row, names), readValue(written, names));
  }

  #valueOf(process: number): ValueRow {
    const { shape, generation, progress, status } = this.#operations;
    return {
      shape: shape.get(process),
      generation: generation.get(process),
      progress: progress.get(process),
      status: status.get(process),
    };
  }

  #name(process: number): string {
    return show(this.#names.nameOf(process));
  }

  #grow(process: number): void {
    const length = Math.max(process + 1, this.#states.length * 2);
    const states = new Uint8Column(length);
    states.set(this.#states);
    this.#states = states;
    const operations = operationsOf(length);
    for (const field of Object.keys(operations) as (keyof typeof operations)[]) {
      operations[field].set(this.#operations[field]);
    }
    this.#operations = operations;
  }
}

/** By process: the invoke in flight; of one that ended in `info`, its code, and the index of the completion. */
function operationsOf(processes: number) {
  return {
    index: new Float64Column(processes),
    code: new Uint8Column(processes),
    key: new Int32Column(processes),
    /** `NONE` if the invoke does not name one. */
    session: new Int32Column(processes),
    shape: new Uint8Column(processes),
    generation: new Float64Column(processes),
    progress: new Float64Column(processes),
    status: new Int32Column(processes),
  };
}
