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

interface Requests {
  /** Whether the actor is a tab, whose requests also pass the edge. */
  isOfTab?: boolean;
  /** Whether an update is one of the last three of its generation. */
  isFromEnd?: Arbitrary<boolean>;
}

/** @returns `undefined` if the range allows no such fault */
export function requestDraft(
  methods: readonly Method[],
  limits: Limits,
  { isOfTab = false, isFromEnd = rarelyFromEnd }: Requests = {},
): Arbitrary<RequestDraft> | undefined {
  const choices = faultKinds.flatMap((kind) =>
    Object.entries(kind.draw ?? {}).flatMap(([name, drawing]) => {
      if (drawing.on !== 'request' || !limits.kinds.has(name)) return [];
      const isAtEdgeToo = isOfTab && 'isAtEdgeToo' in kind && kind.isAtEdgeToo === true;
      const { weight = 1 } = drawing;
      const requests = { methods, isAtEdgeToo, isFromEnd };
      return [{ weight, arbitrary: applied(drawing as RequestDrawing<Fault>, limits, requests) }];
    }),
  );
  return oneOfWeighted(choices);
}

interface AppliedTo {
  methods: readonly Method[];
  isAtEdgeToo: boolean;
  isFromEnd: Arbitrary<boolean>;
}

function applied(
  drawing: RequestDrawing<Fault>,
  limits: Limits,
  { methods, isAtEdgeToo, isFromEnd: fromEnd }: AppliedTo,
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
      isFromEnd: fromEnd,
      isAtEdge: isAtEdgeToo ? fc.integer({ min: 0, max: 3 }).map((number) => number === 3) : fc.constant(false),
    })
    .map(({ make, method, nth, isFromEnd, isAtEdge }) => (actor, last) => {
      if (isAtEdge) return make({ actor, method: 'GET', nth, at: 'edge' });
      if (last === undefined) return make({ actor, method, nth });
      const isLate = isFromEnd && method === 'PATCH';
      return make({ actor, method, nth: isLate ? Math.max(1, last - (nth % 3)) : 1 + ((nth - 1) % (last + RETRIES)) });
    });
}

/** The end of a generation is where most differs. */
const rarelyFromEnd = fc.integer({ min: 0, max: 2 }).map((number) => number === 2);

/** Of the requests of a worker whose number of updates is known; later ones would most often not be sent. */
const RETRIES = 4;
