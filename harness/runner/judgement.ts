/** Judges what a run has recorded, also when the run was cut short. */
import { judge, type Judgement } from '../checker/compose.ts';
import { properties, type PropertyName } from '../checker/properties.ts';
import { foldValidity, type CheckOptions, type Verdict } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { HistoryColumns } from '../history/columns.ts';
import type { EventBody, History, HistoryEvent } from '../history/event.ts';

/** What is promised of the end of a run: a run without its end can neither keep nor break it. */
const PROMISES_OF_THE_END: ReadonlySet<string> = new Set<PropertyName>(['convergence']);

export function propertyNames(): PropertyName[] {
  return Object.keys(properties) as PropertyName[];
}

/** @throws UsageError naming the first that no checker judges */
export function requireProperties(names: readonly string[]): PropertyName[] {
  const unknown = names.find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) {
    throw new UsageError(
      'property-unknown',
      `no property is called "${unknown}"`,
      `there is: ${propertyNames().join(', ')}`,
    );
  }
  return names as PropertyName[];
}

/** The last event of a run that was cut short, so that every later reading of the history knows it. */
export function incompleteMark(reason: Error): EventBody {
  return { process: 'ratchet', type: 'info', f: 'fault', fault: 'run-incomplete', error: reason.message };
}

/**
 * Like `judge`, but of a run that was cut short nothing is held to be true: a violation that was seen stays one,
 * all else is unknown.
 */
export function judgeRun(
  history: History | HistoryColumns,
  names: readonly PropertyName[],
  options: CheckOptions,
): Judgement {
  const judgement = judge(history, names, options);
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
  const stands = verdict.valid === false && !PROMISES_OF_THE_END.has(verdict.property);
  return stands ? verdict : { property: verdict.property, valid: 'unknown', violations: [], reason };
}
