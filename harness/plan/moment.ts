/** Moments of a run: a time, or an event of the history. */
import { z } from 'zod';

const milliseconds = z.number().min(0).max(3_600_000);

/** Matches a history event if all given fields are equal; `generation` and `progress` are compared with its value. */
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
    /** Milliseconds since the start of the run. */
    at_ms: milliseconds,
  }),
  z.strictObject({
    /** One pattern, or several that must match in this order. */
    after: z.union([EventPattern, z.array(EventPattern).min(1)]),
    /** Delay after the event. */
    plus_ms: milliseconds.default(0),
    /** Limit of the wait, after which the moment is reached even without the event. */
    within_ms: milliseconds.optional(),
  }),
]);
export type Moment = z.output<typeof Moment>;
/** A moment as the user writes it. */
export type MomentInput = z.input<typeof Moment>;

/**
 * How the progress of a pattern is compared with that of an event: `equal`, or `reached` by a greater one as well, for an
 * application that decides on its steps itself and may never have the progress of the plan.
 */
export type ProgressMatching = 'equal' | 'reached';

/** Follows a history and reports when the sequence of patterns has matched. */
export class PatternSequence {
  readonly #patterns: readonly EventPattern[];
  readonly #matching: ProgressMatching;
  #seen = 0;

  constructor(patterns: EventPattern | readonly EventPattern[], matching: ProgressMatching = 'equal') {
    this.#matching = matching;
    this.#patterns = Array.isArray(patterns) ? patterns : [patterns as EventPattern];
  }

  /** The number of patterns that have matched. */
  get position(): number {
    return this.#seen;
  }

  /** Returns true from the event that completes the sequence. */
  follow(event: PatternTarget): boolean {
    const next = this.#patterns[this.#seen];
    if (next !== undefined && matches(next, event, this.#matching)) this.#seen += 1;
    return this.#seen === this.#patterns.length;
  }
}

type PatternTarget = { readonly [field: string]: unknown };

function matches(pattern: EventPattern, event: PatternTarget, matching: ProgressMatching): boolean {
  // Almost all events end here, and every wait sees every event.
  if (pattern.f !== event['f']) return false;
  const value = (event['value'] ?? {}) as PatternTarget;
  return Object.entries(pattern).every(([field, wanted]) => {
    if (wanted === undefined) return true;
    if (field === 'generation') return (value['generation'] ?? 1) === wanted;
    if (field === 'progress') {
      const { progress } = value;
      return progress === wanted || (matching === 'reached' && Number(progress) > Number(wanted));
    }
    return event[field] === wanted;
  });
}
