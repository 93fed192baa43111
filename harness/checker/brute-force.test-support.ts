/** Slow reference implementations that follow the definitions: no running state, only all pairs of events. */
import * as fc from 'fast-check';
import type { History, HistoryEvent, Value } from '../history/event.ts';
import { atomicHistoryArbitrary, mutate, mutationArbitrary } from '../history/atomic-history.test-support.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { judge } from './compose.ts';
import type { PropertyName } from './properties.ts';
import type { CheckOptions, Validity } from './verdict.ts';

export interface SlowOperation {
  f: string;
  key: unknown;
  session: unknown;
  begin: number;
  /** Infinity while in flight. */
  end: number;
  outcome: string;
  /** The value read or written; for a `cas` the second. */
  value: Value | undefined;
}

export function slowOperations({ events }: History): SlowOperation[] {
  const isSingle = ({ f }: HistoryEvent): boolean => ['show', 'commit', 'fault', 'receive', 'watch'].includes(f);
  return events
    .filter((event) => event.type === 'invoke')
    .map((invoke) => {
      const end = events.find((e) => e.index > invoke.index && e.process === invoke.process && !isSingle(e));
      const value =
        end?.value === undefined ? invoke.value : invoke.f === 'write' ? writtenValue(invoke, end) : end.value;
      return {
        f: invoke.f,
        key: invoke.key,
        session: slowSession(invoke),
        begin: invoke.index,
        end: end?.index ?? Infinity,
        outcome: end?.type ?? 'info',
        value: Array.isArray(value) ? (value[1] as Value) : value,
      };
    });
}

/** The value of a write, with a status that only its invoke has. */
function writtenValue({ value: begun }: HistoryEvent, { type, value }: HistoryEvent): Value | undefined {
  const status = slowStatus(begun);
  return type === 'ok' && status !== undefined ? ({ status, ...(value as object) } as Value) : value;
}

export function slowSession(event: HistoryEvent): unknown {
  return event.session ?? event.process;
}

/** Equal ranks are equal values; a greater rank is a greater value. */
export function rank(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null || !('progress' in value)) return -1;
  return (value.generation ?? 1) * 1000 + value.progress;
}

export function slowStatus(value: Value | undefined): string | undefined {
  return typeof value === 'object' && value !== null && 'status' in value ? value.status : undefined;
}

/** Whether a value is older than an earlier one: smaller, or no longer ended. */
export function isOlder(value: Value | undefined, earlier: Value | undefined): boolean {
  if (rank(value) < rank(earlier)) return true;
  const [status, end] = [slowStatus(value), slowStatus(earlier)];
  const isOfOneGeneration = Math.floor(rank(value) / 1000) === Math.floor(rank(earlier) / 1000);
  return isOfOneGeneration && (end === 'completed' || end === 'failed') && status !== undefined && status !== end;
}

/** Whether this is the initial value of its key. */
export function isInitial({ header, events }: History, { key, value }: Pick<HistoryEvent, 'key' | 'value'>): boolean {
  if (header?.initial !== undefined) return rank(value) === rank(header.initial);
  return rank(value) === rank(holdsProgress(events, key) ? { generation: 1, progress: 0 } : null);
}

export function holdsProgress(events: readonly HistoryEvent[], key: unknown): boolean {
  return events.some((event) => event.key === key && rank(event.value) >= 1000);
}

/** What was shown: the event, the session, the key and the value. */
export function slowShown({ events }: History): HistoryEvent[] {
  const shows = events.filter((event) => event.f === 'show');
  return shows.length > 0 ? shows : events.filter((event) => event.f === 'read' && event.type === 'ok');
}

/** Whether a history has the events that a property needs at least; some properties say so in their definitions. */
function hasNeeds(history: History, property: PropertyName): boolean {
  const { events } = history;
  const has = (type: string, ...names: readonly string[]): boolean =>
    events.some((event) => event.type === type && names.includes(event.f));
  switch (property) {
    case 'monotonic-view':
    case 'integrity':
      return has('ok', 'show', 'read');
    case 'monotonic-reads':
    case 'linearizable':
    case 'staleness':
      return has('ok', 'read');
    case 'read-your-writes':
      return has('ok', 'read') && has('ok', 'write', 'start', 'cas');
    case 'writes-follow-reads':
      return has('ok', 'read') && has('ok', 'commit');
    case 'monotonic-commits':
      return has('ok', 'commit');
    case 'availability':
      return has('invoke', 'read');
    case 'ownership':
      return has('ok', 'start');
    default:
      return true;
  }
}

/** Compares checker and definition on thousands of small random histories; returns a counterexample, if any. */
export function disagreement(
  property: PropertyName,
  definition: (history: History, options: CheckOptions) => Validity,
): string | undefined {
  const options = fc.record(
    {
      convergeWithinMs: fc.nat(20),
      maxStalenessMs: fc.nat(10),
      maxStalenessVersions: fc.nat(2),
      minAvailability: fc.constantFrom(0, 0.5, 0.75, 1),
      maxLatencyMs: fc.nat(20),
      finalLookAnswered: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const histories = fc.oneof(
    historyArbitrary('progress'),
    historyArbitrary('register'),
    historyArbitrary('ending'),
    atomicHistoryArbitrary('repeated'),
    fc
      .tuple(atomicHistoryArbitrary('unique'), mutationArbitrary)
      .map(([history, mutation]) => mutate(history, mutation)),
  );
  const agrees = fc.property(histories, options, (history, bounds) => {
    const { valid } = judge(history, [property], bounds);
    const defined = definition(history, bounds);
    return valid === (defined === true && !hasNeeds(history, property) ? 'unknown' : defined);
  });
  const details = fc.check(agrees, { numRuns: fc.readConfigureGlobal().numRuns ?? 3000 });
  return details.failed ? fc.defaultReportMessage(details) : undefined;
}
