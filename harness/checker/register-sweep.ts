import { NONE } from '../history/codes.ts';
import { Int32Column } from '../history/typed-columns.ts';
import type { Budget } from './budget.ts';
import { RegisterFlight } from './register-flight.ts';
import { RegisterFrontier } from './register-frontier.ts';
import { prune } from './register-pruning.ts';
import { lowestBit, RegisterRules } from './register-rules.ts';
import { ANY_BEGINNING, CAS, READ, UNOBSERVED, WRITE } from './register-schedule.ts';
import type { RegisterSchedule } from './register-schedule.ts';

/** The configurations after some steps. */
export interface Checkpoint {
  step: number;
  rows: Int32Column;
  count: number;
  /** Whether these are all configurations, apart from dominated ones. */
  isComplete: boolean;
}

/** How many configurations one step visits for each that it may keep: once it has enough to keep, and at most. */
const visitedPerKept = 4;
const visitedPerKeptMax = 16;

/**
 * Follows the steps of a schedule with the configurations that explain them: just-in-time linearization (Lowe, Testing
 * for linearizability, 2017), after Wing and Gong, 1993. An operation takes effect only when the completion of an
 * operation requires it; reads, which change nothing, as soon as possible.
 */
export class RegisterSweep {
  /** The next step. */
  step = 0;
  isComplete = true;
  readonly #schedule: RegisterSchedule;
  readonly #budget: Budget;
  readonly #flight: RegisterFlight;
  readonly #rules: RegisterRules;
  readonly #current: RegisterFrontier;
  /** The configurations visited in a step, and those of them in which the ending operation has taken effect. */
  readonly #visited: RegisterFrontier;
  readonly #reached: RegisterFrontier;
  readonly #node: Int32Column;
  readonly #row: Int32Column;

  constructor(schedule: RegisterSchedule, budget: Budget) {
    this.#schedule = schedule;
    this.#budget = budget;
    this.#flight = new RegisterFlight(schedule);
    this.#rules = new RegisterRules(schedule, this.#flight);
    const { stride } = this.#rules;
    this.#current = new RegisterFrontier(stride, budget);
    this.#visited = new RegisterFrontier(stride, budget);
    this.#reached = new RegisterFrontier(stride, budget);
    this.#node = new Int32Column(stride);
    this.#row = new Int32Column(stride);
  }

  /** Begins with a register of any of these values. */
  begin(states: readonly number[]): void {
    const row = new Int32Column(this.#rules.stride);
    for (const state of states) {
      row[0] = state;
      this.#current.add(row);
    }
  }

  /** How many configurations are left. */
  get count(): number {
    return this.#current.count;
  }

  checkpoint(): Checkpoint {
    return { step: this.step, isComplete: this.isComplete, ...this.#current.snapshot() };
  }

  /** Continues from a checkpoint of a sweep of the same schedule. */
  restore(checkpoint: Checkpoint): void {
    const { steps } = this.#schedule;
    this.#flight.clear();
    for (const step of steps.subarray(0, checkpoint.step)) {
      if ((step & 1) === 0) this.#flight.begin(step >> 1);
      else this.#flight.end(step >> 1);
    }
    this.step = checkpoint.step;
    this.isComplete = checkpoint.isComplete;
    this.#current.clear();
    this.#current.addAll(checkpoint);
  }

  release(): void {
    for (const frontier of [this.#current, this.#visited, this.#reached]) frontier.release();
  }

  /**
   * One step, after which at most `width` configurations are kept.
   * @throws SearchGaveUp
   */
  advance(width: number): void {
    const { steps, overwrittenBy } = this.#schedule;
    this.#budget.spend();
    const step = steps.get(this.step);
    this.#rules.overwrittenBy = overwrittenBy.get(this.step);
    if ((step & 1) === 0) this.#begin(step >> 1);
    else this.#end(step >> 1, width);
    this.step += 1;
  }

  #begin(operation: number): void {
    const { kind, value, slot, isOptional } = this.#schedule;
    this.#flight.begin(operation);
    if (kind[operation] === CAS || isOptional[operation] === 1) return;
    const isRead = kind[operation] === READ;
    const bit = slot.get(operation);
    const word = 1 + (bit >> 5) + (isRead ? 0 : this.#rules.words);
    const own = value.get(operation);
    const { rows, count, stride } = this.#current;
    for (let start = 0; start < count * stride; start += stride) {
      if ((rows[start] === own) === isRead) rows[start + word] = rows.get(start + word) | (1 << (bit & 31));
    }
  }

  #end(operation: number, width: number): void {
    const { kind, isOptional } = this.#schedule;
    this.#visited.clear();
    this.#reached.clear();
    if (isOptional[operation] === 1) this.#reached.addAll(this.#current);
    else if (kind[operation] === WRITE) this.#endWrite(operation, width);
    else this.#endObserver(operation, width);
    this.#leave(operation);
    if (this.#current.count > 1 && prune(this.#current, this.#flight, width)) this.isComplete = false;
  }

  #leave(operation: number): void {
    const row = this.#row;
    this.#flight.end(operation);
    this.#current.clear();
    for (let index = 0; index < this.#reached.count; index++) {
      this.#reached.read(index, row);
      this.#rules.leave(row, operation);
      this.#rules.settle(row);
      this.#current.add(row);
    }
  }

  #endObserver(operation: number, width: number): void {
    const row = this.#row;
    const reach = (): void => {
      if (this.#rules.isDone(row, operation)) this.#reached.add(row);
      else this.#visited.add(row);
    };
    for (let index = 0; index < this.#current.count; index++) {
      this.#current.read(index, row);
      reach();
    }
    this.#visit(width, () => this.#successors(operation, reach));
  }

  #endWrite(operation: number, width: number): void {
    const row = this.#row;
    const own = this.#schedule.value.get(operation);
    for (let index = 0; index < this.#current.count; index++) {
      this.#current.read(index, row);
      const isFresh = this.#rules.isFresh(row, operation);
      if (!isFresh) this.#reached.add(row);
      const isUsable = !this.#rules.isDone(row, operation) && this.#rules.isObservable(row, own);
      if (isFresh || isUsable) this.#visited.add(row);
    }
    let wasFresh = false;
    const reach = (): void => {
      if (wasFresh && !this.#rules.isFresh(row, operation)) this.#reached.add(row);
      this.#visited.add(row);
    };
    this.#visit(width, () => {
      wasFresh = this.#rules.isFresh(this.#node, operation);
      row.set(this.#node);
      this.#rules.apply(row, operation);
      this.#rules.free(row);
      this.#reached.add(row);
      this.#successors(operation, reach);
    });
  }

  /** Calls `expand` for each configuration to visit, also for those that it adds, with the configuration as node. */
  #visit(width: number, expand: () => void): void {
    for (let index = 0; index < this.#visited.count; index++) {
      this.#budget.spend();
      const visitsMax = width * (this.#reached.count >= width ? visitedPerKept : visitedPerKeptMax);
      if (index >= visitsMax) {
        this.isComplete = false;
        return;
      }
      this.#visited.read(index, this.#node);
      expand();
    }
  }

  /** Calls `reach` for each configuration that follows the node when another operation takes effect, as the row. */
  #successors(ending: number, reach: () => void): void {
    if (this.#node[0] === ANY_BEGINNING) this.#chooseBeginnings(reach);
    this.#swap(reach);
    this.#write(ending, reach);
  }

  #chooseBeginnings(reach: () => void): void {
    const tried = new Set<number>();
    const observers = this.#flight.observersOf(ANY_BEGINNING);
    for (let word = 0; word < this.#rules.words; word++) {
      for (let left = observers.get(word) & ~this.#node.get(1 + word); left !== 0; left &= left - 1) {
        const operation = this.#flight.at.get(word * 32 + lowestBit(left));
        const beginning = this.#schedule.value.get(operation);
        if (tried.has(beginning)) continue;
        tried.add(beginning);
        this.#row.set(this.#node);
        this.#row[0] = beginning;
        this.#rules.settle(this.#row);
        reach();
      }
    }
  }

  /** Of several `cas` with the same effect, the one that ends first takes effect first. */
  #swap(reach: () => void): void {
    const { value, isOptional } = this.#schedule;
    const tried = new Set<number>();
    for (const operation of this.#flight.swappers.get(this.#node.get(0)) ?? []) {
      const next = value.get(operation);
      if (tried.has(next) || this.#rules.isDone(this.#node, operation)) continue;
      tried.add(next);
      if (isOptional[operation] === 1 && !this.#rules.isAwaited(this.#node, next)) continue;
      this.#row.set(this.#node);
      this.#rules.apply(this.#row, operation);
      this.#rules.settle(this.#row);
      reach();
    }
  }

  /**
   * Only writes whose value an operation in flight awaits: any other can as well take effect later. Of several writes
   * of a value, the one that ends first is used first. The caller uses the ending one.
   */
  #write(ending: number, reach: () => void): void {
    for (const [value, writers] of this.#flight.writers) {
      if (value === UNOBSERVED || !this.#rules.isAwaited(this.#node, value)) continue;
      const operation = writers.find((each) => !this.#rules.isDone(this.#node, each)) ?? NONE;
      if (operation === NONE || operation === ending) continue;
      this.#row.set(this.#node);
      this.#rules.apply(this.#row, operation);
      this.#rules.free(this.#row);
      this.#rules.settle(this.#row);
      reach();
    }
  }
}
