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
const STATE_BITS = 32;

/**
 * Whether some order explains a register's reads: just-in-time linearization (Lowe, Testing for linearizability, 2017),
 * after Wing and Gong, 1993. It follows the events and keeps every configuration that explains them so far. An operation
 * takes effect no earlier than another that is about to complete needs it, save for reads, which take effect as soon
 * as they may, since they change nothing. What may never take effect does so only for one who waits for its value.
 */
export class RegisterSearch {
  readonly #initial: number;
  /** The state in which only the next read tells which generation has begun. */
  readonly #anyBeginning: number;
  readonly #isBeginning: (value: number) => boolean;

  constructor(history: HistoryColumns, key: number) {
    const { values, shape, progress } = history;
    this.#initial = values.initial[key]!;
    this.#anyBeginning = values.count + 1;
    this.#isBeginning = (value) => {
      const first = values.firsts[value]!;
      return (shape[first]! & SHAPE) === PROGRESS && progress[first] === 0;
    };
  }

  /**
   * The event at which no configuration is left, or `NONE` when some order explains all. The operations are in order
   * of their beginnings; those that end later than `until` are taken as still in flight there.
   * @throws SearchGaveUp
   */
  contradictedAt(operations: readonly RegisterOperation[], budget: Budget, until = Infinity): number {
    const flight = new Flight(operations);
    let configurations = new Set<Configuration>([BigInt(this.#initial)]);
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
    return completed;
  }

  #successors(configuration: Configuration, flight: Flight, reach: (next: Configuration) => void): void {
    const state = stateOf(configuration);
    const tried = new Set<number>();
    for (const operation of flight.operations) {
      const bit = flight.bitOf(operation);
      if ((configuration & bit) !== 0n || !this.#mayTakeEffect(operation, state)) continue;
      const isOptional = operation.end === Infinity;
      if (isOptional && (tried.has(operation.value) || !this.#isAwaited(operation, configuration, flight))) continue;
      if (isOptional && operation.kind === 'write') tried.add(operation.value);
      const next = operation.kind === 'open-start' ? this.#anyBeginning : operation.value;
      const effective = (configuration >> BigInt(STATE_BITS)) << BigInt(STATE_BITS);
      reach(effective | bit | flight.readsOf(next) | BigInt(next));
    }
  }

  #mayTakeEffect({ kind, from, value }: RegisterOperation, state: number): boolean {
    if (kind === 'read') return state === this.#anyBeginning && this.#isBeginning(value);
    return kind !== 'cas' || from === state;
  }

  /** Whether somebody in flight could tell that this has happened. */
  #isAwaited({ kind, value }: RegisterOperation, configuration: Configuration, flight: Flight): boolean {
    const observes = (other: RegisterOperation): boolean => {
      if (other.kind !== 'read' && other.kind !== 'cas') return false;
      const observed = other.kind === 'read' ? other.value : other.from;
      return kind === 'open-start' ? other.kind === 'read' && this.#isBeginning(observed) : observed === value;
    };
    return flight.operations.some((other) => observes(other) && (configuration & flight.bitOf(other)) === 0n);
  }
}

function stateOf(configuration: Configuration): number {
  return Number(BigInt.asUintN(STATE_BITS, configuration));
}

/** The operations in flight, each with a bit that is its own as long as it is. */
class Flight {
  operations: RegisterOperation[] = [];
  readonly #bits = new Map<RegisterOperation, bigint>();
  readonly #free: bigint[] = [];
  #next = 1n << BigInt(STATE_BITS);
  /** By value: the bits of the reads that return it. */
  readonly #reads = new Map<number, bigint>();
  /** Values that a read or a cas observes: an optional write of any other makes no difference. */
  readonly #observed: ReadonlySet<number>;

  constructor(operations: readonly RegisterOperation[]) {
    this.#observed = new Set(operations.flatMap(({ kind, value, from }) => (kind === 'read' ? [value] : [from])));
  }

  begin(operation: RegisterOperation): void {
    const { kind, value, end } = operation;
    if (kind === 'write' && end === Infinity && !this.#observed.has(value)) return;
    const bit = this.#free.pop() ?? this.#newBit();
    this.#bits.set(operation, bit);
    this.operations.push(operation);
    if (kind === 'read') this.#reads.set(value, this.readsOf(value) | bit);
  }

  end(operation: RegisterOperation): void {
    const bit = this.bitOf(operation);
    this.#bits.delete(operation);
    this.#free.push(bit);
    this.operations = this.operations.filter((other) => other !== operation);
    if (operation.kind === 'read') this.#reads.set(operation.value, this.readsOf(operation.value) ^ bit);
  }

  bitOf(operation: RegisterOperation): bigint {
    return this.#bits.get(operation) ?? 0n;
  }

  readsOf(value: number): bigint {
    return this.#reads.get(value) ?? 0n;
  }

  #newBit(): bigint {
    const bit = this.#next;
    this.#next <<= 1n;
    return bit;
  }
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
