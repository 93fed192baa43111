import type { HistoryColumns } from '../history/columns.ts';
import { NONE } from '../history/codes.ts';
import { itemAt } from '../required.ts';
import { describeContradiction } from './contradiction.ts';
import { COMPLETED_READ, extentOf } from './extent.ts';
import { explainByZones } from './register-zones.ts';
import { RegisterSearch } from './register-search.ts';
import { registerOperations } from './register-operations.ts';
import type { RegisterOperation } from './register-operations.ts';
import { shortestContradiction } from './shrink.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';
import { Budget, SearchGaveUp } from './budget.ts';

const bytesMax = 100 * 1024 * 1024;

/**
 * Each key is an atomic register: some order of its operations, consistent with real time, explains every read. Values
 * are equal by generation and progress. An `info` write may take effect at any time after its invocation, or never; a
 * `fail` did not; reads that returned nothing impose nothing.
 *
 * A key on which every value that was read comes from one write is decided by its zones, in linear time; any other by a
 * search, whose verdict is unknown when it exceeds its budget. Each key has at most one violation.
 */
export const linearizable: Checker = (history, { isOverdue, timeoutMs }) => {
  const findings = new Findings('linearizable');
  const budget = new Budget({ isOverdue, timeoutMs, bytesMax });
  const { contradictions, undecided } = explainByZones(history);
  for (const [key, operations] of registerOperations(history, undecided)) {
    const contradiction = search(history, key, operations, budget, findings);
    if (contradiction !== undefined) contradictions.push(contradiction);
  }
  for (const { events, sentence } of contradictions.toSorted((a, b) => last(a.events) - last(b.events))) {
    findings.violation(() => ({ key: history.keyName(itemAt(events, 0)), events, sentence }));
  }
  return findings.verdict(extentOf(history, COMPLETED_READ), { searched: undecided.size, steps: budget.used });
};

function last(events: readonly number[]): number {
  return Math.max(...events);
}

function search(
  history: HistoryColumns,
  key: number,
  operations: readonly RegisterOperation[],
  budget: Budget,
  findings: Findings,
): { events: number[]; sentence: string } | undefined {
  const registers = new RegisterSearch(history, key);
  try {
    const end = registers.contradictedAt(operations, budget);
    if (end === NONE) return undefined;
    return describeContradiction(history, shortestContradiction(registers, operations, end));
  } catch (error) {
    if (!(error instanceof SearchGaveUp)) throw error;
    findings.doubt(`${history.names.nameOf(key)}: ${error.message}`);
    return undefined;
  }
}
