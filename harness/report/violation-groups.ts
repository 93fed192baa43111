/** Groups violations that have the same cause: those of the same read, and those that follow from another violation. */
import { worstOf, type Verdict, type Violation } from '../checker/verdict.ts';
import { NONE, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { itemAt } from '../required.ts';
import { explainedEvents } from './counterexample.ts';

export interface ViolationGroup {
  verdict: Verdict;
  /** The worst violation of the verdict, which represents the group. */
  violation: Violation;
  /** Verdicts that the same events violate. */
  alsoBroken: Verdict[];
}

interface Draft extends ViolationGroup {
  /** The offending operation. */
  offending: number;
  /** All operations of the counterexample. */
  explained: ReadonlySet<number>;
}

/** The violated verdicts, each in one group, in the order of the verdicts. */
export function groupViolations(history: HistoryColumns, verdicts: readonly Verdict[]): ViolationGroup[] {
  const groups: Draft[] = [];
  for (const verdict of verdicts) {
    const violation = worstOf(verdict);
    if (violation === undefined) continue;
    const known = groups.find((group) => verdict.violations.some((each) => isExplainedBy(group, each, history)));
    if (known === undefined) addDraft(groups, draftOf(history, verdict, violation), history);
    else known.alsoBroken.push(verdict);
  }
  return groups.map(({ verdict, violation, alsoBroken }) => ({ verdict, violation, alsoBroken }));
}

function draftOf(history: HistoryColumns, verdict: Verdict, violation: Violation): Draft {
  const explained = new Set(explainedEvents(history, violation).map((event) => operationOf(history, event)));
  return { verdict, violation, alsoBroken: [], offending: offendingOperation(history, violation), explained };
}

/** A group that explains an earlier one replaces it: a commit that went back explains a tab that saw it. */
function addDraft(groups: Draft[], group: Draft, history: HistoryColumns): void {
  const at = groups.findIndex(({ violation }) => isExplainedBy(group, violation, history));
  if (at === -1) {
    groups.push(group);
    return;
  }
  const { verdict, alsoBroken } = itemAt(groups, at);
  groups[at] = { ...group, alsoBroken: [verdict, ...alsoBroken] };
}

function isExplainedBy(group: Draft, violation: Violation, history: HistoryColumns): boolean {
  if (offendingOperation(history, violation) === group.offending) return true;
  return violation.events.every((event) => group.explained.has(operationOf(history, event)));
}

/** Violations name the offending event last. */
function offendingOperation(history: HistoryColumns, { events }: Violation): number {
  return operationOf(history, itemAt(events, events.length - 1));
}

/** The same number for all events of an operation; a show belongs to its read. */
function operationOf(history: HistoryColumns, event: number): number {
  const { code, length, mate } = history;
  if (code.get(event) >> 2 === SHOW) {
    const { read } = history.eventAt(event);
    return typeof read === 'number' && read >= 0 && read < length ? operationOf(history, read) : event;
  }
  const other = mate.get(event);
  return other === NONE ? event : Math.max(event, other);
}
