/** Points in a run: a time, or something seen in the history. */
import { z } from 'zod';

const milliseconds = z.number().min(0).max(3_600_000);

/** Matches a history event when every field given is equal; `generation` and `progress` look into its value. */
export const EventPattern = z.strictObject({
  f: z.enum(['read', 'write', 'start', 'show', 'commit', 'fault', 'watch', 'receive']),
  type: z.enum(['invoke', 'ok', 'fail', 'info']).optional(),
  key: z.string().optional(),
  process: z.string().optional(),
  session: z.string().optional(),
  generation: z.int().min(1).optional(),
  progress: z.number().min(0).max(100).optional(),
  served_by: z.string().optional(),
  fault: z.string().optional(),
  phase: z.enum(['begin', 'end']).optional(),
});
export type EventPattern = z.output<typeof EventPattern>;

export const Moment = z.union([
  z.strictObject({
    /** Milliseconds since the run began. */
    at_ms: milliseconds,
  }),
  z.strictObject({
    /** One pattern, or several to be seen one after the other. */
    after: z.union([EventPattern, z.array(EventPattern).min(1)]),
    /** How much later. */
    plus_ms: milliseconds.default(0),
    /** The moment comes this long after the wait began, even if the pattern was never seen. */
    within_ms: milliseconds.optional(),
  }),
]);
export type Moment = z.output<typeof Moment>;
/** A moment as a person writes it. */
export type MomentInput = z.input<typeof Moment>;

/** Follows a history and tells when a sequence of patterns has been seen in full. */
export class PatternSequence {
  readonly #patterns: readonly EventPattern[];
  #seen = 0;

  constructor(patterns: EventPattern | readonly EventPattern[]) {
    this.#patterns = Array.isArray(patterns) ? patterns : [patterns as EventPattern];
  }

  /** True from the event on that completes the sequence. */
  follow(event: PatternTarget): boolean {
    const next = this.#patterns[this.#seen];
    if (next !== undefined && matches(next, event)) this.#seen += 1;
    return this.#seen === this.#patterns.length;
  }
}

type PatternTarget = { readonly [field: string]: unknown };

function matches(pattern: EventPattern, event: PatternTarget): boolean {
  const value = (event['value'] ?? {}) as PatternTarget;
  return Object.entries(pattern).every(([field, wanted]) => {
    if (wanted === undefined) return true;
    if (field === 'generation') return (value['generation'] ?? 1) === wanted;
    if (field === 'progress') return value['progress'] === wanted;
    return event[field] === wanted;
  });
}
