import { NONE } from '../history/codes.ts';
import { Budget, SearchGaveUp } from './budget.ts';
import type { RegisterOperation, RegisterSearch } from './register-search.ts';

const stepsMax = 1_000_000;

/**
 * The fewest operations it can find that still contradict each other, of those that do at the event `end`. A read may
 * always be left out. A write may be left out together with all that observes its value, for then whatever order
 * explained the whole would explain the rest.
 */
export function shortestContradiction(
  registers: RegisterSearch,
  operations: readonly RegisterOperation[],
  end: number,
): RegisterOperation[] {
  const budget = new Budget(stepsMax);
  let kept = operations.filter(({ begin }) => begin <= end);
  try {
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let start = 0; start < kept.length;) {
        const rest = without(kept, kept.slice(start, start + size));
        const isEnough = rest.length < kept.length && registers.contradictedAt(rest, budget, end) !== NONE;
        if (isEnough) kept = rest;
        else start += size;
      }
    }
  } catch (error) {
    if (!(error instanceof SearchGaveUp)) throw error;
  }
  return kept;
}

function without(operations: readonly RegisterOperation[], removed: readonly RegisterOperation[]): RegisterOperation[] {
  const gone = new Set(removed.filter(({ kind }) => kind !== 'open-start'));
  const values = new Set<number>();
  for (const operation of gone) {
    if (operation.kind === 'read' || values.has(operation.value)) continue;
    values.add(operation.value);
    for (const other of operations) if (observedBy(other) === operation.value) gone.add(other);
  }
  return operations.filter((operation) => !gone.has(operation));
}

/** What an operation needs the register to hold. */
function observedBy({ kind, value, from }: RegisterOperation): number | undefined {
  if (kind === 'read') return value;
  return kind === 'cas' ? from : undefined;
}
