/** The choices at the requests of a run: late, lost, refused, applied without a response, sent to another database. */
import type { RequestMatch } from '../../faults/fields.ts';
import type { Fault } from '../../faults/fault-registry.ts';
import type { Choice, ChoiceKind } from './choice.ts';
import type { ObservedRequest, Probe } from './probe.ts';

/** What of a request can be late: itself, its response, or, after its client got 504, its effect. */
export const LATE_SIDES = ['request', 'response', 'effect'] as const;
export type LateSide = (typeof LATE_SIDES)[number];

/** A request that can be late, and in which way. */
export interface Lateness {
  request: ObservedRequest;
  side: LateSide;
}

/** Longer than the number of times that supabase-js sends a GET. */
const BURST = 4;

const METHODS: readonly string[] = ['GET', 'POST', 'PATCH', 'DELETE'] satisfies RequestMatch['method'][];

/** The requests of the run that a fault can match. */
export function matchable({ requests }: Probe): ObservedRequest[] {
  return requests.filter(({ method }) => METHODS.includes(method));
}

export function latenessesOf(probe: Probe): Lateness[] {
  return matchable(probe).flatMap((request) =>
    LATE_SIDES.filter((side) => side !== 'effect' || isWrite(request)).map((side) => ({ request, side })),
  );
}

/** One choice for each delay; the delays of a request that was not late: `delaysOf`. */
export function lateChoices({ request, side }: Lateness, delays: readonly number[]): Choice[] {
  return delays.map((delay) => {
    if (side === 'effect') {
      return choiceOf(request, { kind: 'http-late', match: matchOf(request), apply_after_ms: delay, answer: '504' });
    }
    return choiceOf(request, { kind: 'http-delay', match: matchOf(request), delay_ms: delay, where: side });
  });
}

/** The choices that have one form for each request. */
export function requestChoices(probe: Probe): Choice[] {
  const { replicas } = probe.plan.topology;
  const nodes = ['primary', ...Array.from({ length: replicas }, (_, at) => `replica-${at + 1}`)];
  return matchable(probe).flatMap((request) => {
    const match = matchOf(request);
    const { actor, nth, method } = request;
    const drop = choiceOf(request, { kind: 'http-drop', match });
    const others = method === 'GET' ? nodes.filter((node) => node !== request.node) : [];
    return [
      { ...drop, slots: [...drop.slots, dropSlot(match)] },
      choiceOf(request, { kind: 'http-error', match, status: 503 }),
      ...(isWrite(request) ? [choiceOf(request, { kind: 'http-lose-response', match })] : []),
      burstFrom(request),
      ...others.map((to) => choiceOf(request, { kind: 'http-route', match: { actor, method: 'GET', nth }, to })),
    ];
  });
}

function isWrite({ method }: ObservedRequest): boolean {
  return method !== 'GET';
}

function matchOf({ actor, method, nth }: ObservedRequest): RequestMatch {
  return { actor, method: method as NonNullable<RequestMatch['method']>, nth };
}

function slotOf({ actor, method, nth }: Pick<RequestMatch, 'actor' | 'method' | 'nth'>): string {
  return `${method} ${nth} of ${actor}`;
}

function dropSlot(match: RequestMatch): string {
  return `loss of ${slotOf(match)}`;
}

function choiceOf(request: ObservedRequest, fault: Fault): Choice {
  return {
    kind: fault.kind as ChoiceKind,
    fire: request.at,
    slots: [slotOf(matchOf(request))],
    change: { deviations: [{ kind: 'fault', fault }] },
  };
}

function burstFrom(request: ObservedRequest): Choice {
  const match = matchOf(request);
  const matches = Array.from({ length: BURST }, (_, at) => ({ ...match, nth: request.nth + at }));
  return {
    kind: 'http-burst',
    fire: request.at,
    // One loss before a burst is a burst with one loss after it.
    slots: [...matches.map(slotOf), dropSlot({ ...match, nth: request.nth - 1 }), `burst of ${match.actor}`],
    change: { deviations: matches.map((each) => ({ kind: 'fault', fault: { kind: 'http-drop', match: each } })) },
  };
}
