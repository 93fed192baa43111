import { NONE, PROGRESS, SHAPE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Budget } from './budget.ts';

/** An operation on one register. Values are ids of `history.values`; `NONE` for a value that no event has. */
export interface RegisterOperation {
  /** An `open-start` begins an unknown generation: it writes progress 0 of any generation. */
  kind: 'read' | 'write' | 'cas' | 'open-start';
  /** The value returned or written. */
  value: number;
  /** The value that a `cas` expects. */
  from: number;
  /** Events; the end is infinite if the operation may take effect at any later time, or never. */
  begin: number;
  end: number;
}

/**
 * A configuration is a possible state of the register: its value in the low 32 bits, above them one bit for each
 * operation in flight that has taken effect.
 */
type Configuration = bigint;
const STATE_BITS = 32n;
const STATE_MASK = (1n << STATE_BITS) - 1n;

/**
 * Whether some order explains a register's reads: just-in-time linearization (Lowe, Testing for linearizability, 2017),
 * after Wing and Gong, 1993. It follows the events and keeps every configuration that explains them so far. An
 * operation takes effect only when the completion of an operation requires it. Reads are an exception: they change
 * nothing, so they take effect as soon as possible. An operation that may never take effect does so only if another in
 * flight observes its value.
 */
export class RegisterSearch {
  readonly #initial: number;
  /** A state that no operation produces or expects. */
  readonly #elsewhere: number;
  /** The state after an `open-start`: the next read determines which generation began. */
  readonly #anyBeginning: number;
  readonly #isBeginning: (value: number) => boolean;

  constructor(history: HistoryColumns, key: number) {
    const { values, shape, progress } = history;
    const initial = values.initial.get(key);
    this.#initial = initial === NONE ? values.count : initial;
    this.#anyBeginning = values.count + 1;
    this.#elsewhere = values.count + 2;
    this.#isBeginning = (value) => {
      const first = values.firsts.get(value);
      return (shape.get(first) & SHAPE) === PROGRESS && progress[first] === 0;
    };
  }

  /**
   * The event at which no configuration is left, or `NONE` when some order explains all. The operations are in order
   * of their beginnings; those that end later than `until` count as in flight at `until`. The register begins at
   * the initial value of its key, or at any value.
   * @throws SearchGaveUp
   */
  contradictedAt(
    operations: readonly RegisterOperation[],
    budget: Budget,
    { until = Infinity, beginsAnywhere = false } = {},
  ): number {
    const flight = new Flight(operations);
    const beginnings = beginsAnywhere ? [...flight.observed, this.#elsewhere] : [this.#initial];
    let configurations = new Set<Configuration>(beginnings.map(BigInt));
    for (const { operation, isEnd } of stepsOf(operations, until)) {
      budget.spend();
      if (!isEnd) {
        flight.begin(operation);
        configurations = this.#admit(configurations, operation, flight);
        continue;
      }
      configurations = this.#complete(configurations, operation, flight, budget);
      if (configurations.size === 0) return operation.end;
      flight.end(operation);
    }
    return NONE;
  }

  /** A read that begins when the register has its value may take effect at once. */
  #admit(configurations: Set<Configuration>, operation: RegisterOperation, flight: Flight): Set<Configuration> {
    if (operation.kind !== 'read') return configurations;
    const bit = flight.bitOf(operation);
    const admitted = new Set<Configuration>();
    for (const configuration of configurations) {
      admitted.add(stateOf(configuration) === operation.value ? configuration | bit : configuration);
    }
    return admitted;
  }

  /** The configurations in which this operation has taken effect, reached in any order of the operations in flight. */
  #complete(
    configurations: Set<Configuration>,
    operation: RegisterOperation,
    flight: Flight,
    budget: Budget,
  ): Set<Configuration> {
    const bit = flight.bitOf(operation);
    const completed = new Set<Configuration>();
    const seen = new Set<Configuration>();
    const open: Configuration[] = [];
    const reach = (configuration: Configuration): void => {
      if ((configuration & bit) !== 0n) completed.add(configuration ^ bit);
      else if (!seen.has(configuration)) {
        seen.add(configuration);
        open.push(configuration);
      }
    };
    for (const configuration of configurations) {
      budget.spend();
      reach(configuration);
    }
    for (let configuration = open.pop(); configuration !== undefined; configuration = open.pop()) {
      budget.spend();
      this.#successors(configuration, flight, reach);
    }
    return undominated(completed, flight.optional);
  }

  #successors(configuration: Configuration, flight: Flight, reach: (next: Configuration) => void): void {
    const state = stateOf(configuration);
    const effective = (configuration >> STATE_BITS) << STATE_BITS;
    const tried = new Set<number>();
    for (const { operation, bit } of flight.operations) {
      if ((configuration & bit) !== 0n || !this.#mayTakeEffect(operation, state)) continue;
      if (operation.end === Infinity) {
        if (tried.has(operation.value) || !this.#isObservable(operation, configuration, flight)) continue;
        if (operation.kind === 'write') tried.add(operation.value);
      }
      const next = operation.kind === 'open-start' ? this.#anyBeginning : operation.value;
      reach(effective | bit | flight.readsOf(next) | BigInt(next));
    }
  }

  #mayTakeEffect({ kind, from, value }: RegisterOperation, state: number): boolean {
    if (kind === 'read') return state === this.#anyBeginning && this.#isBeginning(value);
    return kind !== 'cas' || from === state;
  }

  /** Whether an operation in flight can observe the value of this one. */
  #isObservable({ kind, value }: RegisterOperation, configuration: Configuration, flight: Flight): boolean {
    if (kind !== 'open-start') return (flight.observersOf(value) & ~configuration) !== 0n;
    return flight.operations.some(
      ({ operation: other, bit }) =>
        other.kind === 'read' && this.#isBeginning(other.value) && (configuration & bit) === 0n,
    );
  }
}

/**
 * Removes each configuration that differs from another only in that more optional operations have taken effect: every
 * continuation of it is also one of the other.
 */
function undominated(configurations: Set<Configuration>, optional: bigint): Set<Configuration> {
  if (optional === 0n || configurations.size < 2) return configurations;
  const kept = new Set<Configuration>();
  for (const group of Map.groupBy(configurations, (each) => each & ~optional).values()) {
    for (const each of group) {
      const isDominated = group.some((other) => other !== each && (other & each) === other);
      if (!isDominated) kept.add(each);
    }
  }
  return kept;
}

function stateOf(configuration: Configuration): number {
  return Number(configuration & STATE_MASK);
}

/** The operations in flight, each with a bit of its own while it is in flight. */
class Flight {
  operations: { operation: RegisterOperation; bit: bigint }[] = [];
  /** The bits of the operations that may never take effect. */
  optional = 0n;
  /** Values that a read or a cas observes: an optional write of any other makes no difference. */
  readonly observed: ReadonlySet<number>;
  readonly #bits = new Map<RegisterOperation, bigint>();
  readonly #free: bigint[] = [];
  #next = 1n << STATE_BITS;
  /** By value: the bits of the reads that return it; the bits of these and of each `cas` that expects it. */
  readonly #reads = new Map<number, bigint>();
  readonly #observers = new Map<number, bigint>();

  constructor(operations: readonly RegisterOperation[]) {
    this.observed = new Set(operations.map(observedBy).filter((value) => value !== NONE));
  }

  begin(operation: RegisterOperation): void {
    const isOptional = operation.end === Infinity;
    if (isOptional && operation.kind === 'write' && !this.observed.has(operation.value)) return;
    const bit = this.#free.pop() ?? this.#newBit();
    this.#bits.set(operation, bit);
    this.operations.push({ operation, bit });
    if (isOptional) this.optional |= bit;
    this.#flip(operation, bit);
  }

  end(operation: RegisterOperation): void {
    const bit = this.bitOf(operation);
    this.#bits.delete(operation);
    this.#free.push(bit);
    this.operations = this.operations.filter((other) => other.bit !== bit);
    this.#flip(operation, bit);
  }

  bitOf(operation: RegisterOperation): bigint {
    return this.#bits.get(operation) ?? 0n;
  }

  readsOf(value: number): bigint {
    return this.#reads.get(value) ?? 0n;
  }

  observersOf(value: number): bigint {
    return this.#observers.get(value) ?? 0n;
  }

  /** Sets the bit if it is clear, and clears it if it is set. */
  #flip(operation: RegisterOperation, bit: bigint): void {
    const value = observedBy(operation);
    if (operation.kind === 'read') this.#reads.set(value, this.readsOf(value) ^ bit);
    this.#observers.set(value, this.observersOf(value) ^ bit);
  }

  #newBit(): bigint {
    const bit = this.#next;
    this.#next <<= 1n;
    return bit;
  }
}

/**
 * The value that the register must hold for this operation; `NONE` if any value will do, or if no event has the value.
 */
export function observedBy({ kind, value, from }: RegisterOperation): number {
  return kind === 'read' ? value : from;
}

interface Step {
  operation: RegisterOperation;
  isEnd: boolean;
}

/** Beginnings and ends up to the event `until`, in the order of the history. */
function stepsOf(operations: readonly RegisterOperation[], until: number): Step[] {
  const steps = operations.flatMap((operation): (Step & { at: number })[] => [
    { operation, isEnd: false, at: operation.begin },
    ...(operation.end === Infinity ? [] : [{ operation, isEnd: true, at: operation.end }]),
  ]);
  return steps.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
}
