/** Judges the history of a run, also of an incomplete one. */
import { CHECKER_FAILED, judge, type Judgement } from '../checker/compose.ts';
import { judgeParts, type Restriction } from '../checker/judge-parts.ts';
import { properties, type PropertyName } from '../checker/properties.ts';
import { foldValidity, type CheckOptions, type Verdict, type Violation } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { HistoryColumns } from '../history/columns.ts';
import type { EventBody, History, HistoryEvent } from '../history/event.ts';
import { isMark, killedMark, MARKS_ITS_END } from '../history/marks.ts';
import type { PartedHistory } from '../history/parted-history.ts';
import type { Untested } from './evidence.ts';
import { searchTime } from './search-time.ts';

/** Properties of the end of a run: an incomplete run can neither keep nor violate them. */
const PROPERTIES_OF_THE_END: ReadonlySet<string> = new Set<PropertyName>(['convergence', 'completion', 'availability']);

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

export interface RunJudgement extends Judgement {
  /** What did not happen in a run, so that it tested nothing, or not what its plan is about; in sentences. */
  untested?: readonly string[];
}

/**
 * Like `judge`, but no verdict on an incomplete run, or on one that did not test what its plan is about, is true:
 * violations remain, all other verdicts become unknown.
 * @param untested what `findUntested` found in the whole history of a run with a plan
 */
export function judgeRun(
  history: History | HistoryColumns,
  names: readonly PropertyName[],
  options: CheckOptions,
  untested?: Untested,
): RunJudgement {
  return ofRun(judge(history, names, { ...searchTime(), ...options }), incompleteMarkIn(history), untested);
}

/** The same of a history that is too large for memory. */
export function judgeRunInParts(
  parted: PartedHistory,
  names: readonly PropertyName[],
  options: CheckOptions,
  restricted?: Restriction,
  untested?: Untested,
): RunJudgement {
  const judgement = judgeParts(parted, names, { ...searchTime(), ...options }, restricted);
  return ofRun(judgement, incompleteMarkIn(parted.faults.history), untested);
}

function ofRun(judgement: Judgement, mark: EventBody | undefined, untested: Untested | undefined): RunJudgement {
  const missing = mark === undefined || STUCK.has(String(mark['code'])) ? untested : undefined;
  const reason = missing?.reasons[0] ?? (mark && `the run is incomplete: ${String(mark['error'])}`);
  if (reason === undefined) return judgement;
  const verdicts = judgement.verdicts.map((verdict) =>
    remains(verdict, mark !== undefined, missing) ? verdict : doubted(verdict, reason),
  );
  const valid = foldValidity(['unknown', ...verdicts.map((verdict) => verdict.valid)]);
  return { valid, verdicts, ...(missing === undefined ? {} : { untested: missing.reasons }) };
}

/** The codes of runs that were stopped because they did not end, often because there was nothing to wait for. */
const STUCK: ReadonlySet<string> = new Set(['run-timeout', 'run-stalled']);

/** The mark of an incomplete run; also of one whose history breaks off before the end that its header promises. */
function incompleteMarkIn(history: History | HistoryColumns): EventBody | undefined {
  const mark = history instanceof HistoryColumns ? lastMark(history) : history.events.findLast(isEnd);
  if (mark !== undefined) return isMark(mark, 'run-incomplete') ? mark : undefined;
  return history.header?.[MARKS_ITS_END] === true ? killedMark() : undefined;
}

function lastMark(history: HistoryColumns): HistoryEvent | undefined {
  for (let at = history.length - 1; at >= 0; at -= 1) {
    if (!history.isFault(at) || history.names.nameOf(history.process.get(at)) !== 'ratchet') continue;
    const event = history.eventAt(at);
    if (isEnd(event)) return event;
  }
  return undefined;
}

function isEnd(event: HistoryEvent): boolean {
  return isMark(event, 'run-ended') || isMark(event, 'run-incomplete');
}

/**
 * Whether a verdict is a violation that needs no other events. A session that no value reached says nothing about
 * convergence.
 */
function remains(verdict: Verdict, isPartial: boolean, untested: Untested | undefined): boolean {
  if (verdict.valid !== false) return verdict.reason?.startsWith(CHECKER_FAILED) === true;
  if (!PROPERTIES_OF_THE_END.has(verdict.property)) return true;
  const isBlind = ({ session }: Violation): boolean => untested?.blind.has(String(session)) === true;
  return !isPartial && !verdict.violations.every(isBlind);
}

function doubted({ property, judged }: Verdict, reason: string): Verdict {
  return { property, valid: 'unknown', violations: [], judged, reason };
}
