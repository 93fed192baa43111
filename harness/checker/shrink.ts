import { NONE } from '../history/codes.ts';
import { Budget, SearchGaveUp } from './budget.ts';
import { observedBy } from './register-operations.ts';
import type { RegisterOperation } from './register-operations.ts';
import type { RegisterSearch } from './register-search.ts';

const stepsMax = 200_000;

/** Operations that no order explains. */
interface Contradictory {
  operations: RegisterOperation[];
  /** Whether this is so for every initial value of the register. */
  beginsAnywhere: boolean;
}

/**
 * Reduces operations that contradict each other at the event `end` to a smaller set that still does: first to the
 * latest stretch that is contradictory for every initial value, then by removing operations from it. A read can always
 * be removed. A write can be removed together with all operations that observe its value, because then every order that
 * explains the whole also explains the rest. Operations that bound others are kept.
 */
export function shortestContradiction(
  registers: RegisterSearch,
  operations: readonly RegisterOperation[],
  end: number,
): Contradictory {
  const budget = new Budget({ stepsMax });
  const isContradictory = ({ operations: some, beginsAnywhere }: Contradictory): boolean =>
    registers.contradictedAt(some, budget, { until: end, beginsAnywhere }) !== NONE;
  let kept: Contradictory = { operations: operations.filter(({ begin }) => begin <= end), beginsAnywhere: false };
  try {
    if (kept.operations.every(({ isFixed }) => isFixed !== true)) kept = latestStretch(kept, isContradictory);
    for (let size = Math.ceil(kept.operations.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let start = 0; start < kept.operations.length;) {
        const rest = without(kept.operations, kept.operations.slice(start, start + size));
        const shorter = { ...kept, operations: rest };
        if (rest.length < kept.operations.length && isContradictory(shorter)) kept = shorter;
        else start += size;
      }
    }
  } catch (error) {
    if (!(error instanceof SearchGaveUp)) throw error;
  }
  return kept;
}

/** Doubles the length, so that the cost is proportional to the length that is found. */
function latestStretch(whole: Contradictory, isContradictory: (some: Contradictory) => boolean): Contradictory {
  const { operations } = whole;
  for (let length = 2; length < operations.length * 2; length *= 2) {
    const stretch = { operations: stretchOf(operations, length), beginsAnywhere: true };
    if (isContradictory(stretch)) return stretch;
  }
  return whole;
}

/**
 * The last so many operations, and the writes that were in flight when the first of them began: these may have taken
 * effect before, or do so later.
 */
function stretchOf(operations: readonly RegisterOperation[], length: number): RegisterOperation[] {
  const last = operations.slice(-length);
  const cut = last[0]?.begin ?? 0;
  const inFlight = operations.slice(0, -length).filter(({ kind, end }) => kind !== 'read' && end > cut);
  return [...inFlight.map((operation) => ({ ...operation, end: Infinity })), ...last];
}

function without(operations: readonly RegisterOperation[], removed: readonly RegisterOperation[]): RegisterOperation[] {
  const gone = new Set(removed.filter(({ kind, isFixed }) => kind !== 'open-start' && isFixed !== true));
  const values = new Set<number>();
  for (const operation of gone) {
    if (operation.kind === 'read' || values.has(operation.value)) continue;
    values.add(operation.value);
    for (const other of operations) if (observedBy(other) === operation.value) gone.add(other);
  }
  return operations.filter((operation) => !gone.has(operation));
}
