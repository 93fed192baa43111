/** Judges the history of a run, also of an incomplete one. */
import { judge, type Judgement } from '../checker/compose.ts';
import { properties, type PropertyName } from '../checker/properties.ts';
import { foldValidity, type CheckOptions, type Verdict } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { HistoryColumns } from '../history/columns.ts';
import type { EventBody, History, HistoryEvent } from '../history/event.ts';
import { searchTime } from './search-time.ts';

/** Properties of the end of a run: an incomplete run can neither keep nor violate them. */
const PROPERTIES_OF_THE_END: ReadonlySet<string> = new Set<PropertyName>(['convergence']);

export function propertyNames(): PropertyName[] {
  return Object.keys(properties) as PropertyName[];
}

/** @throws UsageError that names the first unknown property */
export function requireProperties(names: readonly string[]): PropertyName[] {
  const unknown = names.find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) {
    throw new UsageError(
      'property-unknown',
      `no property is called "${unknown}"`,
      `available: ${propertyNames().join(', ')}`,
    );
  }
  return names as PropertyName[];
}

/** The last event of an incomplete run, by which every later check of the history recognises it. */
export function incompleteMark(reason: Error): EventBody {
  return { process: 'ratchet', type: 'info', f: 'fault', fault: 'run-incomplete', error: reason.message };
}

/**
 * Like `judge`, but no verdict on an incomplete run is true: violations remain, all other verdicts become unknown.
 */
export function judgeRun(
  history: History | HistoryColumns,
  names: readonly PropertyName[],
  options: CheckOptions,
): Judgement {
  const judgement = judge(history, names, { ...searchTime(), ...options });
  const mark = history instanceof HistoryColumns ? lastMark(history) : history.events.findLast(isIncompleteMark);
  if (mark === undefined) return judgement;
  const reason = `the run is incomplete: ${String(mark['error'])}`;
  const verdicts = judgement.verdicts.map((verdict) => doubt(verdict, reason));
  return { valid: foldValidity(['unknown', ...verdicts.map(({ valid }) => valid)]), verdicts };
}

function lastMark(history: HistoryColumns): HistoryEvent | undefined {
  for (let at = history.length - 1; at >= 0; at -= 1) {
    if (!history.isFault(at) || history.names.nameOf(history.process.get(at)) !== 'ratchet') continue;
    const event = history.eventAt(at);
    if (isIncompleteMark(event)) return event;
  }
  return undefined;
}

function isIncompleteMark(event: HistoryEvent): boolean {
  return event.f === 'fault' && event.process === 'ratchet' && event['fault'] === 'run-incomplete';
}

function doubt(verdict: Verdict, reason: string): Verdict {
  const remains = verdict.valid === false && !PROPERTIES_OF_THE_END.has(verdict.property);
  return remains ? verdict : { property: verdict.property, valid: 'unknown', violations: [], reason };
}
