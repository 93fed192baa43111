/**
 * Recognises a violation in another run: by its property, what caused it, and the order of the events that explain it,
 * without values, times, log positions and names, which differ between seeds and runs.
 */
import type { Violation } from '../checker/verdict.ts';
import { COMMIT_OK } from '../history/codes.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent, Value } from '../history/event.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { itemAt } from '../required.ts';
import { explainedEvents } from '../report/counterexample.ts';
import { groupViolations } from '../report/violation-groups.ts';

export interface ViolationFingerprint {
  property: string;
  /** What the offending event is, e.g. `shown from a replica`. */
  cause: string;
  /** The kinds of the events that explain it, with their values as ranks in order, e.g. `commit 1 2, show 2 1`. */
  shape: string;
  /** In one sentence, with the values of this run. Not a part of the identity. */
  sentence: string;
}

/** One for each violated property; properties that the same events violate have the same cause and shape. */
export function fingerprintsOf({ history, verdicts }: Pick<JudgedRun, 'history' | 'verdicts'>): ViolationFingerprint[] {
  const violated = verdicts.filter(({ valid }) => valid === false);
  if (violated.length === 0) return [];
  const columns = asColumns(history);
  return groupViolations(columns, violated).flatMap(({ verdict, violation, alsoBroken }) => {
    const cause = causeOf(itemAt(violation.events, violation.events.length - 1), columns);
    const shape = shapeOf(violation, columns);
    const { sentence } = violation;
    return [verdict, ...alsoBroken].map(({ property }) => ({ property, cause, shape, sentence }));
  });
}

function causeOf(offending: number, history: HistoryColumns): string {
  const event = history.eventAt(offending);
  switch (event.f) {
    case 'show':
      return `shown ${originOf(deliveryOf(event, history))}`;
    case 'read':
      return event.type === 'ok' ? `read ${originOf(event)}` : `read without an answer`;
    case 'receive':
      return 'pushed';
    case 'commit':
      return event['promoted'] === undefined ? 'commit' : 'promotion';
    default:
      return event.f;
  }
}

/** The read or the push that delivered what was shown. */
function deliveryOf(show: HistoryEvent, { length, eventAt }: HistoryColumns): HistoryEvent {
  const { receive, read = receive } = show;
  return typeof read === 'number' && read >= 0 && read < length ? eventAt(read) : show;
}

function originOf({ f, served_by: node, attempts }: HistoryEvent): string {
  if (f === 'receive') return 'from a push';
  if (node === 'primary') return 'from the primary';
  if (typeof node === 'string') return node.includes('cache') ? 'from a cache' : 'from a replica';
  return attempts === 0 ? 'from memory' : 'from an unknown source';
}

/** Longer explanations, e.g. of a search for an order, differ in their length between runs. */
const EVENTS_MAX = 8;

/** By kind of event, the ranks of the values in order: how the kinds interleave differs between runs. */
function shapeOf(violation: Violation, history: HistoryColumns): string {
  const events = withLateCommits(violation, history).slice(-EVENTS_MAX).map(history.eventAt);
  const ranks = rankValues(events.map(({ value }) => value));
  const kinds = new Map<string, string>();
  for (const [at, event] of events.entries()) {
    const rank = ranks[at];
    const kind = kindOf(event);
    kinds.set(kind, `${kinds.get(kind) ?? kind}${rank === undefined ? '' : ` ${rank}`}`);
  }
  return [...kinds.values()].toSorted().join(', ');
}

/**
 * The explained events, and the commits of their values that were recorded after them: on a real database a commit is
 * reported before or after the answer to its writer.
 */
function withLateCommits(violation: Violation, history: HistoryColumns): number[] {
  const explained = explainedEvents(history, violation);
  const committed = new Set(explained.filter((at) => isCommit(at, history)).map((at) => heightAt(at, history)));
  const late = violation.events.flatMap((at) => {
    const height = heightAt(at, history);
    if (height === undefined || committed.has(height)) return [];
    committed.add(height);
    return firstCommit(at, height, history);
  });
  return [...explained, ...late].toSorted((a, b) => a - b);
}

/** The first commit of the value after an event, if there is one. */
function firstCommit(after: number, height: number, history: HistoryColumns): number[] {
  for (let at = after + 1; at < history.length; at += 1) {
    const isSame = isCommit(at, history) && history.key.get(at) === history.key.get(after);
    if (isSame && heightAt(at, history) === height) return [at];
  }
  return [];
}

function isCommit(at: number, { code }: HistoryColumns): boolean {
  return code.get(at) === COMMIT_OK;
}

function heightAt(at: number, { eventAt }: HistoryColumns): number | undefined {
  return heightOf(eventAt(at).value);
}

function kindOf({ f, type }: HistoryEvent): string {
  return type === 'ok' || f === 'fault' ? f : `${f} ${type}`;
}

/** The position of each value among the different ones, from 1: generations first, then progress. */
function rankValues(values: readonly (Value | undefined)[]): (number | undefined)[] {
  const heights = values.map(heightOf);
  const known = [...new Set(heights.filter((height) => height !== undefined))].toSorted((a, b) => a - b);
  return heights.map((height) => (height === undefined ? undefined : known.indexOf(height) + 1));
}

function heightOf(value: Value | undefined): number | undefined {
  if (typeof value !== 'object' || value === null || !('progress' in value)) return undefined;
  return (value.generation ?? 1) * 1_000 + value.progress;
}
