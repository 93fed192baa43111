/** Groups the violations of a log by their causes: several stories, one incident. */
import { describeDecrease } from '../checker/decrease.ts';
import { shownCode } from '../checker/shown.ts';
import { eachStepBack } from '../checker/steps-back.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Incident, IncidentCause, IncidentExtent } from '../port/incident.ts';
import { itemAt } from '../required.ts';
import { IncidentCauses } from './incident-cause.ts';
import { supabaseQuery } from './supabase-query.ts';

/** One violation. */
interface Found {
  /** The event whose value was too old, or which is wrong otherwise. */
  at: number;
  cause: string;
  sentence(): string;
}

/**
 * Of the verdict on what users saw, all violations count; of the others, those that have other events, as far as the verdict
 * contains them.
 * @returns `undefined` without a violation, or if the history does not say when it began
 */
export function incidentOf(history: HistoryColumns, verdicts: readonly Verdict[]): Incident | undefined {
  const began = Date.parse(String(history.header?.['began']));
  const found = findAll(history, verdicts);
  if (found.length === 0 || Number.isNaN(began)) return undefined;
  const groups = Map.groupBy(found, ({ cause }) => cause);
  const causes = [...groups].map(([cause, group]): IncidentCause => {
    const keys = mostFrequent(group.map(({ at }) => history.keyName(at)));
    const example = itemAt(group, 0).sentence();
    return { cause, example, keys: keys.slice(0, KEYS_MAX), ...extentOf(history, group, began) };
  });
  causes.sort((a, b) => b.users - a.users || b.violations - a.violations);
  const extent = extentOf(history, found, began);
  const keys = mostFrequent(found.map(({ at }) => history.keyName(at)));
  return { ...extent, causes, query: supabaseQuery(keys, spanOf(history, found, began)) };
}

const KEYS_MAX = 5;

/** In the order of the history. */
function findAll(history: HistoryColumns, verdicts: readonly Verdict[]): Found[] {
  const violated = verdicts.filter(({ valid }) => valid === false);
  if (violated.length === 0) return [];
  const found: Found[] = [];
  const known = new Set<number>();
  const causes = new IncidentCauses(history);
  const add = (at: number, before: number | undefined, sentence: () => string): void => {
    if (known.has(at)) return;
    known.add(at);
    found.push({ at, cause: causes.causeOf(at, before), sentence });
  };
  if (violated.some(({ property }) => property === 'monotonic-view')) eachReversion(history, add);
  for (const { events, sentence } of violated.flatMap(({ violations }) => violations)) {
    const at = events.at(-1);
    if (at !== undefined) add(at, events.at(-2), () => sentence);
  }
  return found.toSorted((a, b) => a.at - b.at);
}

function eachReversion(
  history: HistoryColumns,
  add: (at: number, before: number, sentence: () => string) => void,
): void {
  const views = { code: shownCode(history), group: history.view, groups: history.views.count };
  eachStepBack(history, views, (before, at) => {
    const [session, key] = [history.sessionName(at), history.keyName(at)];
    add(at, before, () => `${session} saw ${key} go ${describeDecrease(history, before, at)}`);
  });
}

function extentOf(history: HistoryColumns, found: readonly Found[], began: number): IncidentExtent {
  const times = found.map(({ at }) => history.time.get(at));
  return {
    violations: found.length,
    users: new Set(found.filter(({ at }) => !isCommit(history, at)).map(({ at }) => history.sessionName(at))).size,
    stories: new Set(found.map(({ at }) => history.keyName(at))).size,
    first: dateOf(began, itemAt(times, 0)),
    last: dateOf(began, itemAt(times, times.length - 1)),
  };
}

/** A commit is seen by no user by itself. */
function isCommit(history: HistoryColumns, at: number): boolean {
  return history.eventAt(at).f === 'commit';
}

/** From the beginning of what was seen before the first violation to the last. */
function spanOf(history: HistoryColumns, found: readonly Found[], began: number): { from: Date; to: Date } {
  const [first, last] = [itemAt(found, 0).at, itemAt(found, found.length - 1).at];
  const atMs = (event: number): number => began + history.time.get(event) / 1e6;
  return { from: new Date(atMs(first) - MARGIN_MS), to: new Date(atMs(last) + MARGIN_MS) };
}

const MARGIN_MS = 10_000;

function dateOf(began: number, time: number): string {
  return new Date(began + time / 1e6).toISOString();
}

/** Each once, the most frequent first. */
function mostFrequent(names: readonly string[]): string[] {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length] as const);
  return counts.toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}
