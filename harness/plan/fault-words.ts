/** Describes the faults and moments of a plan in words. */
import { isRequestFault, requestKind, timedKind, type Fault } from '../faults/fault-registry.ts';
import type { RequestMatch } from '../faults/fields.ts';
import type { EventPattern, Moment } from './moment.ts';

/** A fault in one line. */
export function describeFault(fault: Fault): string {
  if (isRequestFault(fault)) return `${fault.kind}: ${describeMatch(fault.match)}${requestKind(fault).describe(fault)}`;
  const until = 'until' in fault && fault.until !== undefined ? ` until ${describeMoment(fault.until)}` : '';
  return `${timedKind(fault).describe(fault)}${startsWhen(fault.from)}${until}`;
}

function describeMatch({ actor, method, nth, at }: RequestMatch): string {
  const what = method ?? 'request';
  const which = nth === undefined ? `every ${what}` : `${what} number ${nth}`;
  return `${which} of ${actor}${at === 'edge' ? ' at the edge' : ''}`;
}

/** ` from 200 ms` or `, after tab-1 was shown 85%`; empty for the start of the run. */
export function startsWhen(moment: Moment): string {
  if ('at_ms' in moment) return moment.at_ms === 0 ? '' : ` from ${moment.at_ms} ms`;
  return `, ${describeMoment(moment)}`;
}

export function describeMoment(moment: Moment): string {
  if ('at_ms' in moment) return `${moment.at_ms} ms`;
  const patterns = Array.isArray(moment.after) ? moment.after : [moment.after];
  const limit = moment.within_ms === undefined ? '' : ` (at most ${moment.within_ms} ms)`;
  return `${moment.plus_ms === 0 ? '' : `${moment.plus_ms} ms `}after ${patterns.map(describePattern).join(', then ')}${limit}`;
}

function describePattern(pattern: EventPattern): string {
  const { f, type, key, process, session, generation, progress, served_by: node, fault, phase } = pattern;
  const who = session ?? process ?? (f === 'commit' ? 'the database' : 'any actor');
  const what =
    f === 'fault'
      ? `the fault ${fault ?? ''} ${phase === 'end' ? 'ended' : 'began'}`
      : `${who} ${VERBS[f][type === 'invoke' || (f === 'watch' && phase !== 'end') ? 0 : 1]}`;
  const which = generation === undefined ? '' : ` generation ${generation}`;
  const value = progress === undefined ? '' : ` ${progress}%`;
  return `${what}${which}${value}${key === undefined ? '' : ` of ${key}`}${node === undefined ? '' : ` from ${node}`}`;
}

const VERBS = {
  read: ['asked', 'was answered'],
  write: ['began to write', 'wrote'],
  start: ['was starting', 'started'],
  show: ['was shown', 'was shown'],
  commit: ['committed', 'committed'],
  receive: ['was sent', 'was sent'],
  watch: ['began to watch', 'stopped watching'],
} as const;
