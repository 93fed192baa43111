/** Describes a plan in a few lines, including all drawn values. */
import { isRequestFault, requestKind, timedKind, type Fault } from '../faults/fault-registry.ts';
import type { RequestMatch } from '../faults/fields.ts';
import type { EventPattern, Moment } from '../plan/moment.ts';
import type { Plan } from '../plan/plan.ts';

export function describePlan(plan: Plan): string[] {
  const { topology, generations, observers, faults } = plan;
  const shown = 4;
  const lines = [
    `topology    primary and ${count(topology.replicas, 'replica')}, ${topology.routing}; ${count(topology.instances, 'app instance')}`,
    ...labelled(
      'generation',
      generations.map(
        (g) =>
          `${g.worker}: ${g.story}${startsWhen(g.start)}, ${describeSteps(g.steps)}${g.outcome === 'completed' ? '' : `, then ${g.outcome}`}`,
      ),
    ),
    ...labelled(
      'observer',
      observers.map((o) => `${o.session}: ${o.story} every ${o.every_ms} ms${startsWhen(o.start)}`),
    ),
    ...labelled('fault', faults.map(describeFault)),
  ];
  return lines;

  function labelled(label: string, entries: readonly string[]): string[] {
    const visible = entries.slice(0, shown).map((entry) => `${label.padEnd(12)}${entry}`);
    return entries.length > shown ? [...visible, `${''.padEnd(12)}… and ${entries.length - shown} more`] : visible;
  }
}

function describeSteps(steps: Plan['generations'][number]['steps']): string {
  return steps
    .map(
      (step) =>
        `${step.progress}% after ${step.after_ms} ms${step.when === undefined ? '' : ` and ${describeMoment(step.when)}`}`,
    )
    .join(', ');
}

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

function startsWhen(moment: Moment): string {
  if ('at_ms' in moment) return moment.at_ms === 0 ? '' : ` from ${moment.at_ms} ms`;
  return `, ${describeMoment(moment)}`;
}

function describeMoment(moment: Moment): string {
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

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
