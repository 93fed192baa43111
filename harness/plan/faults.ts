/** What can go wrong, as a plan says it. The behaviour of each kind is a file of `nemesis/`. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { describeIssue } from './issue.ts';
import { Moment } from './moment.ts';

const replica = z.string().regex(/^replica-[1-9][0-9]*$/, 'must be replica-N');
const start = Moment.default({ at_ms: 0 });
const milliseconds = z.number().min(0).max(3_600_000);

/** A replica does not show what has been committed. Without `until` it heals when the generations are over. */
const Lag = z.discriminatedUnion('mode', [
  z.strictObject({ kind: z.literal('lag'), mode: z.literal('paused'), replica, from: start, until: Moment.optional() }),
  z.strictObject({
    kind: z.literal('lag'),
    mode: z.literal('exact'),
    replica,
    /** The last commit that the replica shows: replay stops at exactly its LSN. */
    hold_at: z.strictObject({ key: z.string(), generation: z.int().min(1).default(1), progress: z.number() }),
    from: start,
    until: Moment.optional(),
  }),
  z.strictObject({
    kind: z.literal('lag'),
    mode: z.literal('timed'),
    replica,
    /** How long after its commit a version becomes visible. */
    delay_ms: milliseconds,
    from: start,
    until: Moment.optional(),
  }),
]);

/** The load balancer sends nothing to a replica, as while it restarts or is being added. */
const OutOfRotation = z.strictObject({
  kind: z.literal('out-of-rotation'),
  replica,
  from: start,
  until: Moment.optional(),
});

/**
 * The machine of a replica fails: `freeze` lets whoever asks it hang, `kill` ends it until the fault heals, `restart`
 * ends it and starts it again, `partition` cuts it off from the primary alone, so that it goes on answering.
 */
const Outage = z.strictObject({
  kind: z.literal('outage'),
  how: z.enum(['freeze', 'kill', 'restart', 'partition']),
  replica,
  from: start,
  until: Moment.optional(),
});

/**
 * The primary dies and a replica takes its place, with what it has: commits that it had not received are lost, though
 * they were acknowledged. Nobody answers as the primary for `down_ms`. When the fault ends, the replica's own place is
 * filled again.
 */
const Promotion = z.strictObject({
  kind: z.literal('promotion'),
  replica,
  down_ms: milliseconds.default(1_000),
  from: start,
  until: Moment.optional(),
});

/** The clock of an instance of the application is wrong by so much: what its code reads as the date, not its timers. */
const ClockSkew = z.strictObject({
  kind: z.literal('clock-skew'),
  instance: z.int().min(1),
  offset_ms: z.int().min(-315_360_000_000).max(315_360_000_000),
  from: start,
  until: Moment.optional(),
});

/** Requests of one actor, by ordinal: `nth: 2` is its second request of that method, counted from 1. */
const RequestMatch = z.strictObject({
  actor: z.string(),
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
  nth: z.int().min(1).optional(),
});
export type RequestMatch = z.output<typeof RequestMatch>;

/** `where`: before the database sees the request, or before the client sees the response. */
const HttpDelay = z.strictObject({
  kind: z.literal('http-delay'),
  match: RequestMatch,
  delay_ms: milliseconds,
  where: z.enum(['request', 'response']).default('response'),
});

/** The request never reaches the database; the client sees a broken connection. */
const HttpDrop = z.strictObject({ kind: z.literal('http-drop'), match: RequestMatch });

/** The request is applied, its response is lost; the client sees a broken connection. */
const HttpLoseResponse = z.strictObject({ kind: z.literal('http-lose-response'), match: RequestMatch });

/** The load balancer answers with a server error, without asking the database. */
const HttpError = z.strictObject({
  kind: z.literal('http-error'),
  match: RequestMatch,
  status: z.int().min(500).max(599).default(503),
});

/** The load balancer sends a read to a database of the plan's choice, in rotation or not. */
const HttpRoute = z.strictObject({
  kind: z.literal('http-route'),
  match: RequestMatch.extend({ method: z.literal('GET').default('GET') }),
  to: z.union([z.literal('primary'), replica]),
});

export const Fault = z.discriminatedUnion('kind', [
  Lag,
  OutOfRotation,
  Outage,
  Promotion,
  ClockSkew,
  HttpDelay,
  HttpDrop,
  HttpLoseResponse,
  HttpError,
  HttpRoute,
]);
export type Fault = z.output<typeof Fault>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/**
 * Checks a fault that stands by itself, outside of a plan, and fills in its defaults.
 * @throws UsageError naming the field that is wrong
 */
export function parseFault(input: unknown): Fault {
  const result = Fault.safeParse(input);
  if (result.success) return result.data;
  const what = describeIssue(result.error.issues[0]!, 'fault');
  throw new UsageError('fault-invalid', `the fault is not valid: ${what}`, 'docs/PLAN.md describes every kind');
}
