/** Describes a plan in a few lines, including all drawn values. */
import type { HistoryHeader } from '../history/event.ts';
import { HAS_OWN_STEPS } from '../history/marks.ts';
import { describeCache } from '../plan/cache-plan.ts';
import { describeFault, describeMoment, startsWhen } from '../plan/fault-words.ts';
import { describeLibrary } from '../plan/library-plan.ts';
import type { Plan } from '../plan/plan.ts';

/** @param header of the history of a run of the plan: the application may have taken steps of its own instead */
export function describePlan(plan: Plan, header: HistoryHeader | undefined): string[] {
  const hasOwnSteps = header?.[HAS_OWN_STEPS] === true;
  const { topology, generations, observers, faults } = plan;
  const shown = 4;
  const lines = [
    `topology    primary and ${count(topology.replicas, 'replica')}, ${topology.routing}; ${count(topology.instances, 'app instance')}`,
    ...labelled('cache', (topology.caches ?? []).map(describeCache)),
    ...labelled(
      'generation',
      generations.map(
        (g) =>
          `${g.worker}: ${g.story}${startsWhen(g.start)}, ${hasOwnSteps ? 'in steps of the application' : describeWork(g)}`,
      ),
    ),
    ...labelled(
      'observer',
      observers.map(
        (o) =>
          `${o.session}: ${o.story} every ${o.every_ms} ms${o.library === undefined ? '' : ` by ${describeLibrary(o.library)}`}${startsWhen(o.start)}`,
      ),
    ),
    ...labelled('observer', plan.watch_on_ms === 0 ? [] : [`all watch for ${plan.watch_on_ms} ms more`]),
    ...labelled('fault', faults.map(describeFault)),
  ];
  return lines;

  function labelled(label: string, entries: readonly string[]): string[] {
    const visible = entries.slice(0, shown).map((entry) => `${label.padEnd(12)}${entry}`);
    return entries.length > shown ? [...visible, `${''.padEnd(12)}… and ${entries.length - shown} more`] : visible;
  }
}

function describeWork({ steps, outcome }: Plan['generations'][number]): string {
  const described = steps
    .map(
      (step) =>
        `${step.progress}% after ${step.after_ms} ms${step.when === undefined ? '' : ` and ${describeMoment(step.when)}`}`,
    )
    .join(', ');
  return outcome === 'completed' ? described : `${described}, then ${outcome}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
