import { NONE } from '../history/codes.ts';
import { Float64Column, Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { itemAt } from '../required.ts';
import type { RegisterOperation } from './register-operations.ts';

export const READ = 0;
export const WRITE = 1;
export const CAS = 2;

/** The state after a write whose value no operation observes: such states are all alike. */
export const UNOBSERVED = 0;
/** The state after an `open-start`: the next read determines which generation began. */
export const ANY_BEGINNING = 1;
const firstValue = 2;

export interface Register {
  /** Its value before the first operation. */
  initial: number;
  /** Distinguishes the values with which a generation begins. */
  isBeginning: (value: number) => boolean;
}

/**
 * What is known of the operations on one register before the search: their values as small numbers, their steps in the
 * order of the history, a slot for each while it is in flight, and which values later operations observe.
 *
 * A `cas` that changes nothing is a read. An operation that may never take effect is optional: it is in flight until
 * the last operation that observes its value ends, and left out if there is none.
 */
export class RegisterSchedule {
  readonly initial: number;
  /** By value; a state is a value, too. */
  readonly valueCount: number;
  readonly isBeginning: Uint8Column;
  /** By operation. */
  readonly kind: Uint8Column;
  readonly value: Int32Column;
  readonly from: Int32Column;
  readonly isOptional: Uint8Column;
  readonly slot: Int32Column;
  /** Infinite if it is optional. */
  readonly end: Float64Column;
  /** The event until which the operation is in flight. */
  readonly release: Float64Column;
  /** The event by which the register surely holds another value than the one at the end of the operation. */
  readonly forgottenBy: Float64Column;
  readonly slotCount: number;
  /** By step: twice the operation, and one more if it ends. */
  readonly steps: Int32Column;
  /** By step: the first event by which a change that begins after it has surely taken effect. */
  readonly overwrittenBy: Float64Column;
  /** By value: the events at which operations that observe it begin. */
  readonly observerBegins: readonly (readonly number[])[];
  readonly #values = new Map<number, number>();

  /** `operations` in the order of their beginnings; steps after the event `until` are left out. */
  constructor(operations: readonly RegisterOperation[], { initial, isBeginning, until }: Register & { until: number }) {
    const count = operations.length;
    for (const { kind, value, from } of operations) {
      if (kind === 'read') this.#number(value);
      if (kind === 'cas') this.#number(from);
    }
    this.valueCount = firstValue + this.#values.size;
    this.initial = this.#values.get(initial) ?? UNOBSERVED;
    this.isBeginning = new Uint8Column(this.valueCount);
    for (const [value, number] of this.#values) if (value !== NONE && isBeginning(value)) this.isBeginning[number] = 1;
    this.kind = new Uint8Column(count);
    this.value = new Int32Column(count);
    this.from = new Int32Column(count).fill(NONE);
    this.isOptional = new Uint8Column(count);
    this.slot = new Int32Column(count).fill(NONE);
    this.end = Float64Column.from(operations, ({ end }) => end) as Float64Column;
    this.release = new Float64Column(count);
    this.forgottenBy = new Float64Column(count).fill(Infinity);
    for (const [at, operation] of operations.entries()) this.#fill(at, operation);
    this.observerBegins = this.#observe(operations);
    this.steps = this.#stepsOf(operations, until);
    this.overwrittenBy = this.#overwritten(operations);
    this.slotCount = this.#allocate();
  }

  /** The values that operations observe, and one that stands for all others. */
  get beginnings(): number[] {
    return [UNOBSERVED, ...[...this.#values].filter(([value]) => value !== NONE).map(([, number]) => number)];
  }

  #number(value: number): void {
    if (!this.#values.has(value)) this.#values.set(value, firstValue + this.#values.size);
  }

  #fill(at: number, { kind, value, from, end }: RegisterOperation): void {
    const isRead = kind === 'read' || (kind === 'cas' && from === value);
    this.kind[at] = isRead ? READ : kind === 'cas' ? CAS : WRITE;
    this.value[at] = kind === 'open-start' ? ANY_BEGINNING : (this.#values.get(value) ?? UNOBSERVED);
    if (kind === 'cas' && !isRead) this.from[at] = this.#values.get(from) ?? UNOBSERVED;
    this.isOptional[at] = end === Infinity ? 1 : 0;
    this.release[at] = end;
  }

  /** Notes the observers of each value, and shortens the optional operations to the time in which they matter. */
  #observe(operations: readonly RegisterOperation[]): number[][] {
    const begins = Array.from({ length: this.valueCount }, (): number[] => []);
    const lastEnds = new Float64Column(this.valueCount).fill(NONE);
    const note = (value: number, { begin, end }: RegisterOperation): void => {
      itemAt(begins, value).push(begin);
      lastEnds[value] = Math.max(lastEnds.get(value), end);
    };
    for (const [at, operation] of operations.entries()) {
      const kind = this.kind.get(at);
      if (kind === WRITE || (kind === READ && operation.end === Infinity)) continue;
      const observed = kind === READ ? this.value.get(at) : this.from.get(at);
      note(observed, operation);
      if (kind === READ && this.isBeginning[observed] === 1) note(ANY_BEGINNING, operation);
    }
    for (let at = 0; at < operations.length; at++) {
      if (this.isOptional[at] === 0) continue;
      this.release[at] = this.kind[at] === READ ? NONE : lastEnds.get(this.value.get(at));
    }
    return begins;
  }

  #stepsOf(operations: readonly RegisterOperation[], until: number): Int32Column {
    const steps: number[] = [];
    const keys: number[] = [];
    for (const [at, { begin }] of operations.entries()) {
      const release = this.release.get(at);
      if (begin > until || release < begin) continue;
      steps.push(at * 2);
      keys.push(begin * 2);
      if (release > until) continue;
      steps.push(at * 2 + 1);
      keys.push(release * 2 + this.isOptional.get(at));
    }
    const order = Array.from(steps.keys()).sort((a, b) => itemAt(keys, a) - itemAt(keys, b));
    return Int32Column.from(order, (at) => itemAt(steps, at)) as Int32Column;
  }

  #overwritten(operations: readonly RegisterOperation[]): Float64Column {
    const { steps } = this;
    const overwritten = new Float64Column(steps.length);
    let first = Infinity;
    for (let step = steps.length - 1; step >= 0; step--) {
      overwritten[step] = first;
      const at = steps.get(step) >> 1;
      const isEnd = (steps.get(step) & 1) === 1;
      if (isEnd && this.isOptional[at] === 0) this.forgottenBy[at] = first;
      if (!isEnd && this.kind[at] !== READ) first = Math.min(first, itemAt(operations, at).end);
    }
    return overwritten;
  }

  #allocate(): number {
    const free: number[] = [];
    let count = 0;
    for (const step of this.steps) {
      const at = step >> 1;
      if ((step & 1) === 1) free.push(this.slot.get(at));
      else this.slot[at] = free.pop() ?? count++;
    }
    return count;
  }
}
