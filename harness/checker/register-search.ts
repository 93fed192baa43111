import { NONE, PROGRESS, SHAPE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Budget } from './budget.ts';

/** An operation of one register. Values are ids of `history.values`; `NONE` for one that no event has. */
export interface RegisterOperation {
  /** An `open-start` begins a generation that nobody learned: it writes progress 0 of any. */
  kind: 'read' | 'write' | 'cas' | 'open-start';
  /** What it returned or writes. */
  value: number;
  /** What a `cas` expects. */
  from: number;
  /** Events; the end is infinite for what may take effect at any later time, or never. */
  begin: number;
  end: number;
}

/**
 * A configuration is a way in which the register may have come to where it is: its value in the low 32 bits, above
 * them one bit for each operation in flight that has taken effect.
 */
type Configuration = bigint;
const STATE_BITS = 32n;
const STATE_MASK = (1n << STATE_BITS) - 1n;

/**
 * Whether some order explains a register's reads: just-in-time linearization (Lowe, Testing for linearizability, 2017),
 * after Wing and Gong, 1993. It follows the events and keeps every configuration that explains them so far. An operation
 * takes effect no earlier than another that is about to complete needs it, save for reads, which take effect as soon
 * as they may, since they change nothing. What may never take effect does so only for one who waits for its value.
 */
export class RegisterSearch {
  readonly #initial: number;
  /** A state that no operation leads to or asks for. */
  readonly #elsewhere: number;
  /** The state in which only the next read tells which generation has begun. */
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
   * of their beginnings; those that end later than `until` are taken as still in flight there. The register begins
   * where its key does, or anywhere.
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

  /** The configurations in which this operation has taken effect, by any way there is. */
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
        if (tried.has(operation.value) || !this.#isAwaited(operation, configuration, flight)) continue;
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

  /** Whether somebody in flight could tell that this has happened. */
  #isAwaited({ kind, value }: RegisterOperation, configuration: Configuration, flight: Flight): boolean {
    if (kind !== 'open-start') return (flight.observersOf(value) & ~configuration) !== 0n;
    return flight.operations.some(
      ({ operation: other, bit }) =>
        other.kind === 'read' && this.#isBeginning(other.value) && (configuration & bit) === 0n,
    );
  }
}

/**
 * Without those that differ from another only in that more of what need not happen has: whatever comes, the other can
 * still do all that they can.
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

/** The operations in flight, each with a bit that is its own as long as it is. */
class Flight {
  operations: { operation: RegisterOperation; bit: bigint }[] = [];
  /** The bits of what may never take effect. */
  optional = 0n;
  /** Values that a read or a cas observes: an optional write of any other makes no difference. */
  readonly observed: ReadonlySet<number>;
  readonly #bits = new Map<RegisterOperation, bigint>();
  readonly #free: bigint[] = [];
  #next = 1n << STATE_BITS;
  /** By value: the bits of the reads that return it, and of these and the swaps that expect it. */
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

  /** Sets the bit where it is not, and takes it away where it is. */
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

/** What the register must hold for this operation; `NONE` where it may hold anything, or what nothing ever does. */
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
