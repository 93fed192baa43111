/** What befalls single requests. */
import fc, { type Arbitrary } from 'fast-check';
import type { Deviation } from '../deviations.ts';
import type { Limits } from './limits.ts';

/** What may befall one request, whoever makes it. */
export interface RequestDraft {
  kind: 'http-route' | 'http-delay' | 'http-lose-response' | 'http-drop' | 'http-error';
  method: 'GET' | 'POST' | 'PATCH';
  nth: number;
  replica: number;
  delay_ms: number;
  where: 'request' | 'response';
}

/** `undefined` where the range allows none. */
export function requestDraft(
  methods: readonly RequestDraft['method'][],
  { kinds, delays }: Limits,
): Arbitrary<RequestDraft> | undefined {
  const allowed = REQUEST_KINDS.filter((kind) => kinds.has(kind));
  if (allowed.length === 0) return undefined;
  return fc.record({
    kind: fc.constantFrom(...allowed),
    method: fc.constantFrom(...methods),
    nth: fc.integer({ min: 1, max: 12 }),
    // The primary is as good a target as a replica: it may be the one that is ahead.
    replica: fc.constantFrom(1, 0, 2, 3),
    delay_ms: fc.constantFrom(...delays),
    where: fc.constantFrom('response', 'request'),
  });
}

const REQUEST_KINDS = [
  'http-route',
  'http-route',
  'http-delay',
  'http-lose-response',
  'http-drop',
  'http-error',
] as const;

export function befall(actor: string, { kind, method, nth, replica, delay_ms, where }: RequestDraft): Deviation {
  const match = { actor, method, nth };
  const nthGet = { actor, method: 'GET', nth } as const;
  switch (kind) {
    case 'http-route':
      return { kind: 'fault', fault: { kind, match: nthGet, to: replica === 0 ? 'primary' : `replica-${replica}` } };
    case 'http-delay':
      return { kind: 'fault', fault: { kind, match, delay_ms, where } };
    case 'http-error':
      return { kind: 'fault', fault: { kind, match, status: 503 } };
    default:
      return { kind: 'fault', fault: { kind, match } };
  }
}
