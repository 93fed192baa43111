import type { HistoryColumns } from '../history/columns.ts';
import { NONE } from '../history/codes.ts';
import { itemAt } from '../required.ts';
import { describeContradiction } from './contradiction.ts';
import type { Contradiction } from './contradiction.ts';
import { COMPLETED_READ, extentOf } from './extent.ts';
import { withEarlierBeginnings } from './register-beginnings.ts';
import { explainByZones } from './register-zones.ts';
import { RegisterSearch } from './register-search.ts';
import { registerOperations } from './register-operations.ts';
import type { RegisterOperation } from './register-operations.ts';
import { shortestContradiction } from './shrink.ts';
import { firstStaleReads } from './stale-reads.ts';
import { Findings } from './findings.ts';
import type { Checker, Measurement } from './findings.ts';
import { Budget, SearchGaveUp } from './budget.ts';

const bytesMax = 100 * 1024 * 1024;
/** For the search that looks only for an earlier contradiction. */
const stepsMax = 200_000;

/**
 * Each key is an atomic register: some order of its operations, consistent with real time, explains every read. Values
 * are equal by generation and progress. An `info` write may take effect at any time after its invocation, or never; a
 * `fail` did not; reads that returned nothing impose nothing.
 *
 * A key on which every value that was read comes from one write is decided by its zones, in linear time; any other by a
 * search, whose verdict is unknown when it exceeds its budget. Each key has at most one violation: of its
 * contradictions the one that ends first, told as a stale read where it is one.
 */
export const linearizable: Checker = (history, { isOverdue, timeoutMs }) => {
  const findings = new Findings('linearizable');
  const budget = new Budget({ isOverdue, timeoutMs, bytesMax });
  const { contradictions, undecided } = explainByZones(history);
  const found: Contradiction[] = [];
  let stale: Map<number, Contradiction> | undefined;
  const staleReadOf = (key: number): Contradiction | undefined => (stale ??= firstStaleReads(history)).get(key);
  for (const [key, recorded] of registerOperations(history, new Set([...contradictions.keys(), ...undecided]))) {
    const operations = withEarlierBeginnings(history, key, recorded);
    const known = contradictions.get(key);
    const limits = undecided.has(key) ? budget : new Budget({ isOverdue, bytesMax, stepsMax });
    try {
      const end = search(history, key, operations, limits);
      if (end !== undefined) found.push(earliest([staleReadOf(key), known], end) ?? end.describe());
    } catch (error) {
      if (!(error instanceof SearchGaveUp)) throw error;
      const contradiction = earliest([staleReadOf(key), known]);
      if (contradiction !== undefined) found.push(contradiction);
      else findings.doubt(itemAt(recorded, 0).begin, `${history.names.nameOf(key)}: ${error.message}`);
    }
  }
  for (const { events, end, sentence } of found.toSorted((a, b) => a.end - b.end)) {
    findings.violation(end, () => ({ key: history.keyName(itemAt(events, 0)), events, sentence }));
  }
  return findings.complete(extentOf(history, COMPLETED_READ), new Searches(undecided.size, budget.used));
};

interface SearchedContradiction {
  /** The event with which it is complete: no contradiction ends earlier. */
  end: number;
  describe: () => Contradiction;
}

/** @throws SearchGaveUp */
function search(
  history: HistoryColumns,
  key: number,
  operations: readonly RegisterOperation[],
  budget: Budget,
): SearchedContradiction | undefined {
  const registers = new RegisterSearch(history, key);
  if (registers.findsOrder(operations, budget)) return undefined;
  const contradictedAt = registers.contradictedAt(operations, budget);
  if (contradictedAt === NONE) return undefined;
  // The interval of a start may depend on later reads: see `register-beginnings.ts`.
  const bounding = operations.filter(({ kind, isFixed }) => kind === 'read' && isFixed === true);
  const end = Math.max(contradictedAt, ...bounding.map((read) => read.end));
  return {
    end,
    describe: () => describeContradiction(history, shortestContradiction(registers, operations, end), end),
  };
}

/** The contradiction that ends first, the first of the list if several do; none that ends later than the searched one. */
function earliest(
  contradictions: readonly (Contradiction | undefined)[],
  { end }: Pick<SearchedContradiction, 'end'> = { end: Infinity },
): Contradiction | undefined {
  const [first] = contradictions.filter((each) => each !== undefined).toSorted((a, b) => a.end - b.end);
  return first === undefined || first.end > end ? undefined : first;
}

/** How many keys were searched, and in how many steps. */
class Searches implements Measurement {
  #searched: number;
  #steps: number;

  constructor(searched: number, steps: number) {
    this.#searched = searched;
    this.#steps = steps;
  }

  add(other: Searches): void {
    this.#searched += other.#searched;
    this.#steps += other.#steps;
  }

  values(): Record<string, number> {
    return { searched: this.#searched, steps: this.#steps };
  }
}
