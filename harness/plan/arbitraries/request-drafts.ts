/** Faults of single requests whose actor has no name yet. */
import fc, { type Arbitrary } from 'fast-check';
import type { RequestDrawing } from '../../faults/fault.ts';
import type { RequestMatch } from '../../faults/fields.ts';
import { faultKinds, type Fault } from '../../faults/fault-registry.ts';
import type { Limits } from './limits.ts';
import { oneOfWeighted } from './weighted.ts';

/** @param last the number of the actor's last update, if it is known: some faults are counted from it */
export type RequestDraft = (actor: string, last?: number) => Fault;

type Method = NonNullable<RequestMatch['method']>;

/**
 * @param isOfTab whether the actor is a tab, whose requests also pass the edge
 * @returns `undefined` if the range allows no such fault
 */
export function requestDraft(
  methods: readonly Method[],
  limits: Limits,
  isOfTab: boolean,
): Arbitrary<RequestDraft> | undefined {
  const choices = faultKinds.flatMap((kind) =>
    Object.entries(kind.draw ?? {}).flatMap(([name, drawing]) => {
      if (drawing.on !== 'request' || !limits.kinds.has(name)) return [];
      const isAtEdgeToo = isOfTab && 'isAtEdgeToo' in kind && kind.isAtEdgeToo === true;
      const { weight = 1 } = drawing;
      return [{ weight, arbitrary: applied(drawing as RequestDrawing<Fault>, methods, limits, isAtEdgeToo) }];
    }),
  );
  return oneOfWeighted(choices);
}

function applied(
  drawing: RequestDrawing<Fault>,
  methods: readonly Method[],
  limits: Limits,
  isAtEdgeToo: boolean,
): Arbitrary<RequestDraft> {
  return fc
    .record({
      make: drawing.draw(limits),
      method: fc.constantFrom(...methods),
      nth: fc.oneof(
        // There are few updates and few retries.
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) },
        { weight: 1, arbitrary: fc.integer({ min: 13, max: 40 }) },
      ),
      isFromEnd: fc.integer({ min: 0, max: 2 }).map((number) => number === 2),
      isAtEdge: isAtEdgeToo ? fc.integer({ min: 0, max: 3 }).map((number) => number === 3) : fc.constant(false),
    })
    .map(({ make, method, nth, isFromEnd, isAtEdge }) => (actor, last) => {
      if (isAtEdge) return make({ actor, method: 'GET', nth, at: 'edge' });
      // The end of a generation is where most differs: one of its last three updates.
      const isLate = isFromEnd && last !== undefined && method === 'PATCH';
      return make({ actor, method, nth: isLate ? Math.max(1, last - (nth % 3)) : nth });
    });
}
