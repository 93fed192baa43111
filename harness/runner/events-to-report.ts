import { worstFirst, type Verdict, type Violation } from '../checker/verdict.ts';
import { COMMIT_OK, NONE } from '../history/codes.ts';
import { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { HistoryPart, PartedHistory } from '../history/parted-history.ts';
import { itemAt, required } from '../required.ts';

/** The events of keys with violations; and, in addition, the commits. */
const EVENTS_MAX = 200_000;

/**
 * What a report of a history in parts needs of it, which stays in memory, and the verdicts with the indices of these events.
 * The events of the worst violation of each property are always contained.
 */
export function eventsToReport(
  parted: PartedHistory,
  verdicts: readonly Verdict[],
): { history: HistoryColumns; verdicts: Verdict[] } {
  const inOrder = verdicts.map(worstFirst);
  const worst = inOrder.flatMap((violations) => violations.slice(0, 1));
  const keys = keysToReport(parted, [...worst, ...inOrder.flatMap((violations) => violations.slice(1))]);
  const events = new Set(worst.flatMap((violation) => violation.events));
  const hasCommits = worst.length > 0 && parted.commits <= EVENTS_MAX;
  const isWanted = (part: HistoryPart, at: number): boolean => {
    const { history } = part;
    if (hasCommits && history.code.get(at) === COMMIT_OK) return true;
    return keys.has(history.keyName(at)) || isOf(events, part, at);
  };
  // Without a violation no part is read again.
  const part = worst.length === 0 ? parted.faults : parted.extract(isWanted);
  const places = new Map([...part.indices].map((index, at) => [index, at]));
  return {
    history: inMemory(part.history, hasCommits),
    verdicts: verdicts.map((verdict, at) => placed(verdict, itemAt(inOrder, at), places)),
  };
}

/** The keys of the first violations, as far as they have few enough events. */
function keysToReport(parted: PartedHistory, violations: readonly Violation[]): Set<string> {
  const keys = new Set<string>();
  let events = 0;
  for (const { key } of violations) {
    const more = keys.has(key) ? 0 : parted.eventsOf(key);
    if (events + more > EVENTS_MAX) continue;
    events += more;
    keys.add(key);
  }
  return keys;
}

/** Whether an event, or the other event of its operation, is one of these of the whole history. */
function isOf(events: ReadonlySet<number>, { history, indices }: HistoryPart, at: number): boolean {
  const mate = history.mate.get(at);
  return events.has(indices.get(at)) || (mate !== NONE && events.has(indices.get(mate)));
}

/** Leaves out the violations of whose events some are not in the report. */
function placed(verdict: Verdict, inOrder: readonly Violation[], places: ReadonlyMap<number, number>): Verdict {
  const { worst: _, ...rest } = verdict;
  const kept = verdict.violations.filter(({ events }) => events.every((event) => places.has(event)));
  const worst = kept.findIndex((violation) => violation === inOrder[0]);
  const violations = kept.map((violation) => ({
    ...violation,
    events: violation.events.map((event) => required(places.get(event), 'an event of the report')),
  }));
  return { ...rest, violations, ...(worst > 0 ? { worst } : {}) };
}

/** The temporary files are gone when the report is read. Without all commits it is unknown how far a replica was behind. */
function inMemory(part: HistoryColumns, hasCommits: boolean): HistoryColumns {
  const texts = Array.from({ length: part.length }, (_, at) => {
    const { lsn, ...event } = part.eventAt(at);
    return JSON.stringify(hasCommits ? { ...event, lsn } : event);
  });
  const eventAt = (at: number): HistoryEvent => JSON.parse(itemAt(texts, at)) as HistoryEvent;
  return new HistoryColumns({ ...part, columns: part, eventAt });
}
