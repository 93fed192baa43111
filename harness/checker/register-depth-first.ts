import { NONE } from '../history/codes.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { itemAt } from '../required.ts';
import type { Budget } from './budget.ts';
import { observedBy } from './register-operations.ts';
import type { RegisterOperation } from './register-operations.ts';
import { PendingOperations } from './register-pending.ts';
import type { Register } from './register-schedule.ts';

/** The state after an `open-start`: the next read determines which generation began. */
const ANY_BEGINNING = -2;
/** The search ends after so many steps in which it has not come further than before. */
const stepsAstrayMax = 20_000;

/**
 * Looks for an order of the operations on a register depth-first (Wing and Gong, 1993; Lowe, 2017): of the operations
 * that may take effect next, the one that began first is tried first. `false` means that no order was found, not that
 * there is none.
 * @param operations in the order of their beginnings
 * @throws SearchGaveUp
 */
export function findsOrder(operations: readonly RegisterOperation[], register: Register, budget: Budget): boolean {
  const search = new DepthFirstSearch(withoutUnobserved(operations), register);
  for (let astray = 0; !search.hasOrder; astray++) {
    if (search.isExhausted || astray > stepsAstrayMax) return false;
    budget.spend();
    const { furthest } = search;
    search.advance();
    if (search.furthest > furthest) astray = 0;
  }
  return true;
}

/** Leaves out the operations that may never take effect and whose value no later operation observes. */
function withoutUnobserved(operations: readonly RegisterOperation[]): readonly RegisterOperation[] {
  const lastEnds = new Map<number, number>();
  for (const operation of operations) {
    const value = observedBy(operation);
    if (value !== NONE) lastEnds.set(value, Math.max(lastEnds.get(value) ?? NONE, operation.end));
  }
  return operations.filter(
    ({ kind, value, begin, end }) =>
      end < Infinity || (kind !== 'read' && (kind === 'open-start' || (lastEnds.get(value) ?? NONE) > begin)),
  );
}

class DepthFirstSearch {
  isExhausted = false;
  /** The greatest number of operations that have taken effect. */
  furthest = 0;
  readonly #operations: readonly RegisterOperation[];
  readonly #isBeginning: Register['isBeginning'];
  readonly #pending: PendingOperations;
  readonly #visited: VisitedConfigurations;
  /** The operations that have taken effect, in order, and the state of the register before each. */
  readonly #order: Int32Column;
  readonly #states: Int32Column;
  #depth = 0;
  #state: number;
  #candidate: number;

  constructor(operations: readonly RegisterOperation[], { initial, isBeginning }: Register) {
    this.#operations = operations;
    this.#isBeginning = isBeginning;
    this.#pending = new PendingOperations(operations);
    this.#visited = new VisitedConfigurations(operations.length);
    this.#order = new Int32Column(operations.length);
    this.#states = new Int32Column(operations.length);
    this.#state = initial;
    this.#candidate = this.#pending.first;
  }

  get hasOrder(): boolean {
    return this.#pending.mandatory === 0;
  }

  /** Lets one operation take effect, or goes back if none can before one that has not taken effect ends. */
  advance(): void {
    for (let entry = this.#candidate; !this.#pending.isEnd(entry); entry = this.#pending.after(entry)) {
      if (this.#takesEffect(entry)) return;
    }
    this.#goBack();
  }

  #takesEffect(operation: number): boolean {
    if (!this.#isPossible(operation)) return false;
    const { kind, value } = itemAt(this.#operations, operation);
    const next = kind === 'open-start' ? ANY_BEGINNING : value;
    this.#visited.flip(operation);
    if (!this.#changesNothing(operation) && !this.#visited.visit(next)) {
      this.#visited.flip(operation);
      return false;
    }
    this.#order[this.#depth] = operation;
    this.#states[this.#depth] = this.#state;
    this.#depth += 1;
    this.furthest = Math.max(this.furthest, this.#depth);
    this.#state = next;
    this.#pending.remove(operation);
    this.#candidate = this.#pending.first;
    return true;
  }

  #isPossible(operation: number): boolean {
    const { kind, value, from } = itemAt(this.#operations, operation);
    if (kind === 'cas') return from === this.#state;
    if (kind !== 'read') return true;
    return this.#state === ANY_BEGINNING ? this.#isBeginning(value) : this.#state === value;
  }

  #changesNothing(operation: number): boolean {
    const { kind, value } = itemAt(this.#operations, operation);
    return kind === 'read' && value === this.#state;
  }

  /** Undoes operations up to the last that changed the register: another may take effect in the place of that one. */
  #goBack(): void {
    let undone: number;
    do {
      if (this.#depth === 0) {
        this.isExhausted = true;
        return;
      }
      this.#depth -= 1;
      undone = this.#order.get(this.#depth);
      this.#state = this.#states.get(this.#depth);
      this.#pending.restore(undone);
      this.#visited.flip(undone);
    } while (this.#changesNothing(undone));
    this.#candidate = this.#pending.after(undone);
  }
}

const placesMin = 1 << 10;
const placesMax = 1 << 20;

/**
 * The configurations visited, recognized by the hashes of their operations and their state. A place has the latest of
 * those that fall on it.
 */
class VisitedConfigurations {
  readonly #hashes: Int32Column;
  /** Of the operations that have taken effect. */
  #low = 0;
  #high = 0;

  constructor(operations: number) {
    this.#hashes = new Int32Column(Math.min(Math.max(2 ** Math.ceil(Math.log2(operations * 4)), placesMin), placesMax));
  }

  /** Adds or removes an operation. */
  flip(operation: number): void {
    this.#low ^= mixed(operation * 2);
    this.#high ^= mixed(operation * 2 + 1);
  }

  /** Notes a visit of the register's value `state` after these operations; `false` if it is no new one. */
  visit(state: number): boolean {
    const place = mixed(this.#low ^ mixed(state)) & (this.#hashes.length - 1);
    const hash = this.#high ^ state;
    if (this.#hashes[place] === hash) return false;
    this.#hashes[place] = hash;
    return true;
  }
}

/** Bits that depend on all bits of the number: the finalizer of MurmurHash3 (Appleby, 2011). */
function mixed(number: number): number {
  let bits = number ^ (number >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
