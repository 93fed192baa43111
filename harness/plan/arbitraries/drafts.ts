/** The plan space before anybody has a name: how many of each, and what befalls whom. */
import fc, { type Arbitrary } from 'fast-check';
import type { GenerationPlan } from '../plan.ts';
import type { Range } from '../range.ts';
import { replicaFaultDraft, type ReplicaFaultDraft } from './fault-drafts.ts';
import type { Limits } from './limits.ts';
import { requestDraft, type RequestDraft } from './requests.ts';

const LADDER = [10, 25, 40, 55, 70, 85] as const;

export type ReplicaDraft = number | undefined;

/** How late it is, if it is. */
export function replicaDraft({ kinds, lags }: Limits): Arbitrary<ReplicaDraft> {
  return kinds.has('lag-timed') ? fc.option(fc.constantFrom(...lags), { nil: undefined }) : fc.constant(undefined);
}

export interface GenerationDraft {
  instance: number;
  afterStep: number;
  overlaps: boolean;
  start_ms: number;
  ladder: readonly number[];
  pace_ms: number;
  outcome: GenerationPlan['outcome'];
  requests: readonly RequestDraft[];
  stalls: readonly { step: number; stall_ms: number }[];
  /** What befalls replicas at one of its steps. */
  strikes: readonly { fault: ReplicaFaultDraft; replica: number; step: number }[];
}

export interface TabDraft {
  instance: number;
  every_ms: number;
  afterStep: number | undefined;
  overlaps: boolean;
  forgets: boolean;
  requests: readonly RequestDraft[];
}

export interface StoryDraft {
  generations: readonly GenerationDraft[];
  tabs: readonly TabDraft[];
}

export function storyDraft(range: Range, limits: Limits): Arbitrary<StoryDraft> {
  return fc.record({
    generations: mostlyOne(generationDraft(range, limits), range.generationsMax ?? 3),
    tabs: mostlyOne(tabDraft(limits), range.tabsMax ?? 3),
  });
}

function generationDraft(range: Range, limits: Limits): Arbitrary<GenerationDraft> {
  const { kinds, lags } = limits;
  const fault = replicaFaultDraft(limits);
  return fc.record({
    instance: fc.nat({ max: 2 }),
    afterStep: fc.nat({ max: 6 }),
    overlaps: range.generationsOverlap === false ? fc.constant(false) : fc.boolean(),
    start_ms: fc.constantFrom(0, 50, 200, 1_000),
    ladder: fc.subarray([...LADDER], { minLength: 1 }),
    pace_ms: fc.constantFrom(100, 50, 200, 1_000),
    outcome: fc.constantFrom('completed', 'failed', 'abandoned'),
    requests: few(requestDraft(['PATCH', 'POST', 'GET'], limits)),
    stalls: few(
      kinds.has('stall')
        ? fc.record({ step: fc.integer({ min: 1, max: 7 }), stall_ms: fc.constantFrom(...lags) })
        : undefined,
    ),
    strikes: few(
      fault === undefined
        ? undefined
        : fc.record({ fault, replica: fc.constantFrom(1, 2, 3), step: fc.nat({ max: 6 }) }),
    ),
  });
}

function tabDraft(limits: Limits): Arbitrary<TabDraft> {
  const { kinds } = limits;
  return fc.record({
    instance: fc.nat({ max: 2 }),
    every_ms: fc.constantFrom(200, 100, 500, 1_000),
    afterStep: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
    overlaps: kinds.has('overlap') ? rarely : fc.constant(false),
    forgets: kinds.has('forget') ? rarely : fc.constant(false),
    requests: few(requestDraft(['GET', 'POST'], limits)),
  });
}

/** At least one: small worlds are tried in a fraction of the time, and most of what goes wrong needs no more. */
export function mostlyOne<T>(item: Arbitrary<T>, max: number): Arbitrary<T[]> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: max, size: 'max' }) },
  );
}

const rarely = fc.integer({ min: 0, max: 4 }).map((number) => number === 4);

/** None more often than one, one more often than two: sparse. */
export function few<T>(item: Arbitrary<T> | undefined): Arbitrary<T[]> {
  if (item === undefined) return fc.constant([]);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength: 3, size: 'max' }) },
  );
}
