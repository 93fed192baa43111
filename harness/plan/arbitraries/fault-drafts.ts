/** Faults of replicas, instances and tabs that have no names yet. */
import type { Arbitrary } from 'fast-check';
import type { Site, SiteDrawing } from '../../faults/fault.ts';
import { faultKinds, isOnStream, type Fault } from '../../faults/fault-registry.ts';
import type { Limits } from './limits.ts';
import { oneOfWeighted, type Weighted } from './weighted.ts';

export type FaultDraft = (site: Site) => Fault;
type Drawing = SiteDrawing<Fault>;

/** The drawings that the range allows, for faults on these targets that start at this time. */
export function siteDrawings(on: readonly Drawing['on'][], at: Drawing['at'], limits: Limits): Weighted<FaultDraft>[] {
  return faultKinds.flatMap((kind) =>
    Object.entries(isOnStream(kind) && limits.hasStreams !== true ? {} : (kind.draw ?? {})).flatMap(
      ([name, drawing]) => {
        if (drawing.on === 'request' || !on.includes(drawing.on) || drawing.at !== at) return [];
        if (!limits.kinds.has(name)) return [];
        return [{ weight: drawing.weight ?? 1, arbitrary: (drawing as Drawing).draw(limits) }];
      },
    ),
  );
}

/** @returns `undefined` if the range allows no such fault */
export function faultDraft(
  on: readonly Drawing['on'][],
  at: Drawing['at'],
  limits: Limits,
): Arbitrary<FaultDraft> | undefined {
  return oneOfWeighted(siteDrawings(on, at, limits));
}
