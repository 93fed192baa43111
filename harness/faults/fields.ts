/** Common fields of faults, and the three forms of a fault: it lasts, happens at one moment, or matches requests. */
import { z } from 'zod';
import { Moment } from '../plan/moment.ts';

export const replica = z.string().regex(/^replica-[1-9][0-9]*$/, 'must be replica-N');
export const node = z.union([z.literal('primary'), replica]);
export const milliseconds = z.number().min(0).max(3_600_000);
/** Of the application, counted from 1. */
export const instance = z.int().min(1);
export const serverError = z.int().min(500).max(599).default(503);

/** A fault that applies from one moment until another. Without `until` it ends when the generations are over. */
export function lasting<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z.strictObject({
    kind: z.literal(kind),
    ...shape,
    from: Moment.default({ at_ms: 0 }),
    until: Moment.optional(),
  });
}

/** A fault that happens at one moment. */
export function momentary<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z.strictObject({ kind: z.literal(kind), ...shape, from: Moment.default({ at_ms: 0 }) });
}

/** Requests of one actor, by ordinal: `nth: 2` is its second request of that method at that place, counted from 1. */
export const RequestMatch = z.strictObject({
  actor: z.string(),
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
  nth: z.int().min(1).optional(),
  /** Between the application and Supabase (`gateway`, the default), or between a tab and the application (`edge`). */
  at: z.enum(['gateway', 'edge']).optional(),
});
export type RequestMatch = z.output<typeof RequestMatch>;

/** A fault that applies to the requests that match. */
export function onRequests<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z.strictObject({ kind: z.literal(kind), match: RequestMatch, ...shape });
}
