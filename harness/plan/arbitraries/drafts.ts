/** Drafts of plans, whose actors have no names yet: the number of actors, and the faults that apply to them. */
import fc, { type Arbitrary } from 'fast-check';
import type { GenerationPlan } from '../plan.ts';
import type { Range } from '../range.ts';
import type { LibraryPlan } from '../library-plan.ts';
import { libraryDrafts } from './cache-drafts.ts';
import { faultDraft, type FaultDraft } from './fault-drafts.ts';
import type { Limits } from './limits.ts';
import { requestDraft, type RequestDraft } from './request-drafts.ts';

/** Of one digit too, which compares otherwise as text. */
const PROGRESS_STEPS = [10, 25, 40, 55, 70, 85, 5, 99] as const;

/** A fault of the replica that applies from the start of the run, or `undefined`. */
export type ReplicaDraft = FaultDraft | undefined;

export function replicaDrafts(limits: Limits, max: number): Arbitrary<ReplicaDraft[]> {
  const fault = faultDraft(['replica'], 'start', limits);
  const draft = fault === undefined ? fc.constant(undefined) : fc.option(fault, { nil: undefined, freq: 2 });
  const more = Array.from({ length: Math.max(0, max - 3) }, (_, at) => at + 4);
  const numbers = [...REPLICAS.filter((number) => number <= max), ...more];
  return fc
    .constantFrom(...numbers)
    .chain((number) => fc.array(draft, { minLength: number, maxLength: number, size: 'max' }));
}

/** Several may have different ages; one serves all reads that a replica serves. */
const REPLICAS = [0, 1, 1, 1, 2, 2, 2, 3] as const;

/** A fault that starts at a step of a generation. */
export interface StepFaultDraft {
  fault: FaultDraft;
  /** Of those that there are, in turn; `undefined`: all, each with a fault of its own. */
  replica: number | undefined;
  /** Counted from that of the tab, in turn: 0 is its own. */
  instance: number;
  step: number;
  /** How many steps a replica lacks, if it lacks this one. */
  behind: number;
  /** The index of the story's tab that it applies to, if it applies to a tab. */
  tab: number;
  /** If it applies to an actor: whether to that tab, or to the worker. */
  isOfTab: boolean;
  /** Whether it starts when that tab has been shown the step, instead of at the commit. */
  isOnceShown: boolean;
  /** How much later it starts. */
  plus_ms: number;
  /** How much longer than usual the story stays at that step, so that the tabs see it. */
  waits_ms: number;
}

function stepFaultDraft(on: readonly Target[], limits: Limits): Arbitrary<StepFaultDraft> | undefined {
  const fault = faultDraft(on, 'commit', limits);
  if (fault === undefined) return undefined;
  return fc.record({
    fault,
    replica: fc.nat({ max: 2 }),
    instance: fc.nat({ max: 2 }),
    step: fc.nat({ max: 6 }),
    behind: fc.constantFrom(1, 2, 3),
    tab: fc.nat({ max: 2 }),
    isOfTab: fc.boolean(),
    isOnceShown: fc.boolean(),
    plus_ms: fc.constantFrom(0, 0, 0, 100, 1_000),
    waits_ms: fc.constant(0),
  });
}

/** As long as the longest time between two polls of a tab. */
const WAITS_MS = 1_000;

type Target = Parameters<typeof faultDraft>[0][number];
const TARGETS = ['tab', 'instance', 'replica', 'actor'] as const satisfies Target[];

/**
 * Some faults have one cause: they start when the story has reached one step, and concern one tab. A replica stays behind what the
 * tab has seen, the primary does not answer, the tab's instance is started again; what users do may follow.
 */
function stepFaultDrafts(limits: Limits): Arbitrary<StepFaultDraft[]> {
  const draft = stepFaultDraft(TARGETS, limits);
  if (draft === undefined) return fc.constant([]);
  const mostly = (on: Target) => fc.option(stepFaultDraft([on], limits) ?? draft, { nil: undefined, freq: 5 });
  const canWait = limits.kinds.has('stall') && limits.lags.includes(WAITS_MS);
  const together = fc
    .record({
      place: fc.record({
        step: fc.nat({ max: 6 }),
        tab: fc.nat({ max: 2 }),
        isOnceShown: fc.constantFrom(true, true, false),
        waits_ms: canWait ? fc.constantFrom(WAITS_MS, WAITS_MS, 0) : fc.constant(0),
      }),
      plus_ms: fc.constantFrom(0, 0, 0, 100, 1_000),
      user: mostly('tab'),
      movesBy: fc.constantFrom(1, 1, 2),
      anyUser: sometimes(stepFaultDraft(['tab'], limits) ?? draft),
      // While it is down, it hides what it would answer.
      instance: fc.option(stepFaultDraft(['instance'], limits) ?? draft, { nil: undefined, freq: 2 }),
      replica: mostly('replica'),
      ofAllReplicas: fc.boolean(),
      actor: mostly('actor'),
      isOfTab: fc.constantFrom(true, true, false),
    })
    .map(({ place, plus_ms, user, movesBy, anyUser, instance, replica, ofAllReplicas, actor, isOfTab }) =>
      [
        user && { ...user, ...place, instance: movesBy, plus_ms: plus_ms + user.plus_ms },
        anyUser && { ...anyUser, ...place, tab: anyUser.tab, plus_ms: plus_ms + anyUser.plus_ms },
        instance && { ...instance, ...place, instance: 0, plus_ms },
        replica && { ...replica, ...place, ...(ofAllReplicas ? { replica: undefined } : {}), plus_ms },
        actor && { ...actor, ...place, isOfTab, plus_ms },
      ].flatMap((each) => each ?? []),
    );
  return fc.oneof({ weight: 3, arbitrary: few(draft) }, { weight: 2, arbitrary: together });
}

export interface GenerationDraft {
  instance: number;
  afterStep: number;
  overlaps: boolean;
  /** Whether it starts at the same moment as the one before it. */
  startsTogether: boolean;
  start_ms: number;
  progresses: readonly number[];
  /** Whether one that is abandoned has reached 100%. */
  reachesAll: boolean;
  /** The progress that two steps have, counted from the last one, if any. */
  repeats: number | undefined;
  pace_ms: number;
  outcome: GenerationPlan['outcome'];
  requests: readonly RequestDraft[];
  /** The step whose slow part throws, counted from the last one, which is 1. */
  errorAt: number | undefined;
  stalls: readonly { step: number; stall_ms: number }[];
  stepFaults: readonly StepFaultDraft[];
}

export interface TabDraft {
  instance: number;
  every_ms: number;
  afterStep: number | undefined;
  /** The generation whose step it is: of those that there are, in turn. */
  afterGeneration: number;
  overlaps: boolean;
  forgets: boolean;
  /** Whether it moves between the instances with the steps of that generation. */
  roams: boolean;
  requests: readonly RequestDraft[];
  library: LibraryPlan | undefined;
}

export interface StoryDraft {
  /** Faults of its row, from the start of the run. */
  rowFaults: readonly FaultDraft[];
  generations: readonly GenerationDraft[];
  tabs: readonly TabDraft[];
}

export function storyDraft(range: Range, limits: Limits): Arbitrary<StoryDraft> {
  const rowFault = faultDraft(['story'], 'start', limits);
  return fc.record({
    generations: generationDrafts(range, limits),
    tabs: mostlyOne(tabDraft(limits), range.tabsMax ?? 3, 1),
    rowFaults: rarelyOne(rowFault),
  });
}

const ONE = { minLength: 1, maxLength: 1 };

/** Mostly one, sometimes a few, rarely so many that their numbers have two digits: those are short. */
function generationDrafts(range: Range, limits: Limits): Arbitrary<GenerationDraft[]> {
  const { generationsMax = MANY } = range;
  const draft = generationDraft(range, limits);
  const usual = mostlyOne(draft, Math.min(generationsMax, A_FEW), 1);
  if (generationsMax < MANY) return usual;
  const short = draft.map((each) => ({
    ...each,
    afterStep: 1,
    start_ms: 0,
    pace_ms: 50,
    progresses: each.progresses.slice(0, 1),
    errorAt: undefined,
    stalls: [],
  }));
  const many = fc
    .array(short, { minLength: MANY - 2, maxLength: MANY, size: 'max' })
    // Faults of the first ones would only delay those that the others do not have.
    .map((all) => all.map((each, at) => (at < all.length - A_FEW ? { ...each, requests: [], stepFaults: [] } : each)));
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: many });
}

const OUTCOMES = ['completed', 'failed', 'abandoned'] as const;
const A_FEW = 3;
const MANY = 12;

function generationDraft(range: Range, limits: Limits): Arbitrary<GenerationDraft> {
  const { kinds, lags } = limits;
  return fc.record({
    instance: fc.nat({ max: 2 }),
    afterStep: fc.nat({ max: 6 }),
    overlaps: range.generationsOverlap === false ? fc.constant(false) : fc.boolean(),
    startsTogether: range.generationsOverlap === false ? fc.constant(false) : rarely,
    start_ms: fc.constantFrom(0, 50, 200, 1_000),
    progresses: fc.subarray([...PROGRESS_STEPS], { minLength: 1 }).map((some) => some.toSorted((a, b) => a - b)),
    reachesAll: rarely,
    // Most often the last one, which ends without more progress.
    repeats:
      range.equalSteps === false
        ? fc.constant(undefined)
        : fc.constantFrom(undefined, undefined, undefined, undefined, 0, 0, 1, 2),
    // With 1 ms, commits have the same time.
    pace_ms: fc.constantFrom(100, 50, 200, 500, 1),
    outcome: fc.constantFrom(...(range.outcomes ?? OUTCOMES)),
    requests: fc
      .tuple(few(requestDraft(['PATCH', 'PATCH', 'POST', 'GET'], limits)), rarelyOne(lateUpdate(limits)))
      .map((drafts) => drafts.flat()),
    errorAt: kinds.has('step-error') ? sometimes(fc.integer({ min: 1, max: 7 })) : fc.constant(undefined),
    stalls: few(
      kinds.has('stall')
        ? fc.record({ step: fc.integer({ min: 1, max: 7 }), stall_ms: fc.constantFrom(...lags) })
        : undefined,
    ),
    stepFaults: stepFaultDrafts(limits),
  });
}

/** An update that is applied when the generation is over, whose end it must not change. */
function lateUpdate(limits: Limits): Arbitrary<RequestDraft> | undefined {
  const kinds = new Set(['http-late'].filter((kind) => limits.kinds.has(kind)));
  return requestDraft(['PATCH'], { ...limits, kinds }, { isFromEnd: fc.constant(true) });
}

function tabDraft(limits: Limits): Arbitrary<TabDraft> {
  const { kinds } = limits;
  return fc.record({
    instance: fc.nat({ max: 2 }),
    every_ms: fc.constantFrom(200, 100, 100, 500, 1_000),
    afterStep: sometimes(fc.nat({ max: 6 })),
    afterGeneration: fc.nat({ max: MANY - 1 }),
    overlaps: kinds.has('overlap') ? rarely : fc.constant(false),
    forgets: kinds.has('forget') ? seldom : fc.constant(false),
    roams: kinds.has('tab-move') ? rarely : fc.constant(false),
    requests: few(requestDraft(['GET', 'POST'], limits, { isOfTab: true })),
    library: kinds.has('library') ? sometimes(libraryDrafts()) : fc.constant(undefined),
  });
}

/**
 * At least one: small plans run much faster, and most violations need no more.
 * @param weight how often it is exactly one, relative to any number
 */
export function mostlyOne<T>(item: Arbitrary<T>, max: number, weight = 2): Arbitrary<T[]> {
  return fc.oneof(
    { weight, arbitrary: fc.array(item, ONE) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: max, size: 'max' }) },
  );
}

function sometimes<T>(item: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: item });
}

export const rarely = fc.integer({ min: 0, max: 4 }).map((number) => number === 4);
/** What leaves less to judge. A number in the middle, since fast-check prefers the greatest and the smallest ones. */
const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 6);

export function rarelyOne<T>(item: Arbitrary<T> | undefined): Arbitrary<T[]> {
  return item === undefined ? fc.constant([]) : rarely.chain((has) => fc.array(item, has ? ONE : { maxLength: 0 }));
}

/** Mostly an empty list: deviations are sparse. */
function few<T>(item: Arbitrary<T> | undefined): Arbitrary<T[]> {
  if (item === undefined) return fc.constant([]);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength: 3, size: 'max' }) },
  );
}
