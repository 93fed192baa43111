import { NONE } from '../history/codes.ts';
import { Budget, SearchGaveUp } from './budget.ts';
import { observedBy } from './register-search.ts';
import type { RegisterOperation, RegisterSearch } from './register-search.ts';

const stepsMax = 1_000_000;

/** Operations that contradict each other by themselves. */
interface Contradictory {
  operations: RegisterOperation[];
  /** Whatever the register held before them. */
  beginsAnywhere: boolean;
}

/**
 * The fewest operations it can find that still contradict each other, of those that do at the event `end`: first the
 * latest stretch that does wherever the register was before, then whatever can be left out of that. A read may always
 * be left out. A write may be left out together with all that observes its value, for then whatever order explained
 * the whole would explain the rest.
 */
export function shortestContradiction(
  registers: RegisterSearch,
  operations: readonly RegisterOperation[],
  end: number,
): Contradictory {
  const budget = new Budget(stepsMax);
  const isContradictory = ({ operations: some, beginsAnywhere }: Contradictory): boolean =>
    registers.contradictedAt(some, budget, { until: end, beginsAnywhere }) !== NONE;
  let kept: Contradictory = { operations: operations.filter(({ begin }) => begin <= end), beginsAnywhere: false };
  try {
    kept = latestStretch(kept, isContradictory);
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

/** By doubling, so that what is far back costs no more than its distance. */
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
  const gone = new Set(removed.filter(({ kind }) => kind !== 'open-start'));
  const values = new Set<number>();
  for (const operation of gone) {
    if (operation.kind === 'read' || values.has(operation.value)) continue;
    values.add(operation.value);
    for (const other of operations) if (observedBy(other) === operation.value) gone.add(other);
  }
  return operations.filter((operation) => !gone.has(operation));
}
