/**
 * fast-check arbitraries of plans: a benign base and the few deviations from it. Whatever is drawn shrinks towards the
 * benign and the small: fewer actors, fewer deviations, shorter times, the first of every list of choices.
 */
import fc, { type Arbitrary } from 'fast-check';
import { applyDeviations, deviationKinds, type Deviation, type DeviationKind, type DrawnFault } from './deviations.ts';
import type { GenerationPlan, ObserverPlan, Plan } from './plan.ts';
import type { Range } from './range.ts';
import { planOf, type Parameters, type Scenario } from './scenario.ts';

/** What is explored: a benign plan, and what to change about it. */
export interface Variation {
  base: Plan;
  deviations: readonly Deviation[];
}

export function planOfVariation({ base, deviations }: Variation): Plan {
  return applyDeviations(base, deviations);
}

/** The range of a scenario around its benign plan, whose actors stay; or around its plan, if it names no benign one. */
export function scenarioVariations(scenario: Scenario, parameters: Parameters): Arbitrary<Variation> {
  const benign: Scenario = { ...scenario, plan: scenario.explore?.base ?? scenario.plan };
  const range = scenario.explore?.range ?? {};
  const cast = planOf(benign, 0, parameters);
  const deviation = deviationsOf(cast, limitsOf(range));
  return fc
    .record({
      deviations: fc.array(deviation, { maxLength: range.deviationsMax ?? 6, size: 'max' }),
      // A smaller seed is no smaller plan.
      seed: fc.noShrink(fc.nat({ max: 999 })),
    })
    .map(({ seed, deviations }) => ({ base: planOf(benign, seed, parameters), deviations }));
}

/** The name that plans of `planSpace` bear. */
export const PLAN_SPACE = 'plan-space';

/**
 * The whole plan space: stories that are generated again and again, abandoned, restarted and raced, watched by tabs on
 * several instances, over replicas, with every fault. Each deviation grows on the actor that it befalls.
 */
export function planSpace(range: Range = {}): Arbitrary<Variation> {
  const limits = limitsOf(range);
  return fc
    .record({
      // In this order they shrink: what costs most goes first.
      stories: mostlyOne(storyDraft(range, limits), range.storiesMax ?? 4),
      replicas: fc.array(replicaDraft(limits), { maxLength: range.replicasMax ?? 3, size: 'max' }),
      instances: fc.integer({ min: 1, max: range.instancesMax ?? 3 }),
      routing: fc.constantFrom(...(range.routings ?? ROUTINGS)),
      seed: fc.noShrink(fc.nat({ max: 999 })),
    })
    .map(buildSpace);
}

const ROUTINGS = ['primary-only', 'get-to-replica', 'round-robin', 'sticky'] as const;
const LADDER = [10, 25, 40, 55, 70, 85] as const;
/** Up to beyond the 2.8 s that `WORKSPACE_FIXES.md` retries for; an exact lag lasts longer than any of them. */
const HOW_LONG_MS = [100, 300, 1_000, 2_000, 2_500, 3_500] as const;

/** A range with its gaps filled in. */
interface Limits {
  kinds: ReadonlySet<DeviationKind>;
  lags: readonly number[];
  delays: readonly number[];
}

function limitsOf(range: Range): Limits {
  const upTo = (max = Infinity): number[] => HOW_LONG_MS.filter((each) => each <= max);
  return {
    kinds: new Set(range.deviations ?? deviationKinds),
    lags: upTo(range.lagMsMax),
    delays: upTo(range.delayMsMax),
  };
}

/** What may befall one request, whoever makes it. */
interface RequestDraft {
  kind: 'http-route' | 'http-delay' | 'http-lose-response' | 'http-drop' | 'http-error';
  method: 'GET' | 'POST' | 'PATCH';
  nth: number;
  replica: number;
  delay_ms: number;
  where: 'request' | 'response';
}

/** `undefined` where the range allows none. */
function requestDraft(
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

function befall(actor: string, { kind, method, nth, replica, delay_ms, where }: RequestDraft): Deviation {
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

type ReplicaDraft = number | undefined;

/** How late it is, if it is. */
function replicaDraft({ kinds, lags }: Limits): Arbitrary<ReplicaDraft> {
  return kinds.has('lag-timed') ? fc.option(fc.constantFrom(...lags), { nil: undefined }) : fc.constant(undefined);
}

interface GenerationDraft {
  instance: number;
  afterStep: number;
  overlaps: boolean;
  start_ms: number;
  ladder: readonly number[];
  pace_ms: number;
  outcome: GenerationPlan['outcome'];
  requests: readonly RequestDraft[];
  stalls: readonly { step: number; stall_ms: number }[];
  /** What a replica knows of this generation, and until when one gets no reads. */
  holds: readonly { kind: 'lag-exact' | 'out-of-rotation'; replica: number; step: number }[];
}

interface TabDraft {
  instance: number;
  every_ms: number;
  afterStep: number | undefined;
  overlaps: boolean;
  forgets: boolean;
  requests: readonly RequestDraft[];
}

interface StoryDraft {
  generations: readonly GenerationDraft[];
  tabs: readonly TabDraft[];
}

function storyDraft(range: Range, limits: Limits): Arbitrary<StoryDraft> {
  return fc.record({
    generations: mostlyOne(generationDraft(range, limits), range.generationsMax ?? 3),
    tabs: mostlyOne(tabDraft(limits), range.tabsMax ?? 3),
  });
}

function generationDraft(range: Range, limits: Limits): Arbitrary<GenerationDraft> {
  const { kinds, lags } = limits;
  const holds = (['lag-exact', 'out-of-rotation'] as const).filter((kind) => kinds.has(kind));
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
    holds: few(
      holds.length === 0
        ? undefined
        : fc.record({
            kind: fc.constantFrom(...holds),
            replica: fc.constantFrom(1, 2, 3),
            step: fc.nat({ max: 6 }),
          }),
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
function mostlyOne<T>(item: Arbitrary<T>, max: number): Arbitrary<T[]> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: max, size: 'max' }) },
  );
}

const rarely = fc.integer({ min: 0, max: 4 }).map((number) => number === 4);

/** None more often than one, one more often than two: sparse. */
function few<T>(item: Arbitrary<T> | undefined): Arbitrary<T[]> {
  if (item === undefined) return fc.constant([]);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength: 3, size: 'max' }) },
  );
}

function buildSpace(draft: {
  routing: Plan['topology']['routing'];
  replicas: readonly ReplicaDraft[];
  instances: number;
  stories: readonly StoryDraft[];
  seed: number;
}): Variation {
  const deviations: Deviation[] = [];
  const generations: GenerationPlan[] = [];
  const observers: ObserverPlan[] = [];
  const instance = (wanted: number): number => 1 + (wanted % draft.instances);
  for (const [at, delayMs] of draft.replicas.entries()) {
    if (delayMs !== undefined) deviations.push({ kind: 'fault', fault: timedLag(`replica-${at + 1}`, delayMs) });
  }
  for (const [at, story] of draft.stories.entries()) {
    const key = `story-${at + 1}`;
    const own: GenerationPlan[] = [];
    for (const each of story.generations) {
      const worker = `worker-${generations.length + own.length + 1}`;
      own.push({
        worker,
        story: key,
        instance: instance(each.instance),
        start: startOf(each, own),
        steps: stepsOf(each),
        outcome: each.outcome,
      });
      deviations.push(...each.requests.map((request) => befall(worker, request)));
      deviations.push(...each.stalls.map((stall): Deviation => ({ kind: 'stall', worker, ...stall })));
    }
    for (const [number, each] of story.generations.entries()) {
      for (const { kind, replica, step } of each.holds) {
        const fault = (kind === 'lag-exact' ? exactLag : rotation)(`replica-${replica}`, versionOf(own, number, step));
        deviations.push({ kind: 'fault', fault });
      }
    }
    for (const each of story.tabs) {
      const session = `tab-${observers.length + 1}`;
      const start = each.afterStep === undefined ? NOW : afterCommit(versionOf(own, 0, each.afterStep));
      observers.push({
        ...BENIGN_TAB,
        session,
        story: key,
        instance: instance(each.instance),
        every_ms: each.every_ms,
        start,
      });
      if (each.overlaps) deviations.push({ kind: 'overlap', session });
      if (each.forgets) deviations.push({ kind: 'forget', session });
      deviations.push(...each.requests.map((request) => befall(session, request)));
    }
    generations.push(...own);
  }
  const forgetful = deviations.some(({ kind }) => kind === 'forget');
  const base: Plan = {
    plan: 1,
    scenario: PLAN_SPACE,
    seed: draft.seed,
    topology: { replicas: draft.replicas.length, routing: draft.routing, sticky_ms: 1_000, instances: draft.instances },
    generations,
    observers,
    faults: [],
    // Monotonic reads are promised to those who tell what they have seen.
    properties: ['monotonic-view', 'monotonic-commits', 'integrity', ...(forgetful ? [] : ['monotonic-reads'])],
    bounds: {},
    run_ms_max: 300_000,
  };
  return { base, deviations };
}

const NOW = { at_ms: 0 } as const;
const BENIGN_TAB = { polling: 'chained', expects: 'last-seen', display: 'subject' } as const;

function stepsOf({ ladder, pace_ms, outcome }: GenerationDraft): GenerationPlan['steps'] {
  const progresses = outcome === 'completed' ? [...ladder, 100] : ladder;
  return progresses.map((progress) => ({ progress, after_ms: pace_ms }));
}

/** The first of a story starts by the clock; a later one by the clock, or after a step of the one before it. */
function startOf(draft: GenerationDraft, before: readonly GenerationPlan[]): GenerationPlan['start'] {
  const last = before.length - 1;
  if (last < 0) return { at_ms: draft.start_ms };
  const step = draft.overlaps ? draft.afterStep : Infinity;
  const moment = afterCommit(versionOf(before, last, step));
  // Where the commit never comes, because the worker gave up, the next one starts all the same.
  return { ...moment, plus_ms: draft.start_ms, within_ms: 20_000 };
}

interface Version {
  key: string;
  generation: number;
  progress: number;
}

/** What a generation has written with its nth step, 0 for its start, at most its last. */
function versionOf(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const { story, steps } = generations[at]!;
  const reached = Math.min(step, steps.length);
  return { key: story, generation: at + 1, progress: reached === 0 ? 0 : steps[reached - 1]!.progress };
}

function afterCommit(version: Version): { after: { f: 'commit' } & Version; plus_ms: number } {
  return { after: { f: 'commit', ...version }, plus_ms: 0 };
}

function timedLag(replica: string, delayMs: number): DrawnFault {
  return { kind: 'lag', mode: 'timed', replica, delay_ms: delayMs, from: NOW };
}

function exactLag(replica: string, holdAt: Version): DrawnFault {
  return { kind: 'lag', mode: 'exact', replica, hold_at: holdAt, from: NOW };
}

function rotation(replica: string, until: Version): DrawnFault {
  return { kind: 'out-of-rotation', replica, from: NOW, until: afterCommit(until) };
}

/** Deviations from a given plan, whose actors are known. */
function deviationsOf(cast: Plan, limits: Limits): Arbitrary<Deviation> {
  const { kinds, lags } = limits;
  const workers = cast.generations.map(({ worker }) => worker);
  const sessions = cast.observers.map(({ session }) => session);
  const replicas = Array.from({ length: cast.topology.replicas }, (_, at) => `replica-${at + 1}`);
  const choices: { weight: number; arbitrary: Arbitrary<Deviation> }[] = [];
  const offer = (weight: number, isAllowed: boolean, arbitrary: () => Arbitrary<Deviation>): void => {
    if (isAllowed) choices.push({ weight, arbitrary: arbitrary() });
  };
  const asked = requestDraft(['GET', 'POST'], limits);
  const written = requestDraft(['PATCH', 'POST', 'GET'], limits);
  const version = fc
    .tuple(fc.nat({ max: workers.length - 1 }), fc.nat({ max: 10 }))
    .map(([at, step]) => versionIn(cast.generations, at, step));
  // Where there is none to choose from, what needs one is not offered.
  const [session, worker, replica] = [oneOf(sessions), oneOf(workers), oneOf(replicas)];
  const fault = (arbitrary: Arbitrary<DrawnFault>): Arbitrary<Deviation> =>
    arbitrary.map((each) => ({ kind: 'fault', fault: each }));

  const hasReplicas = replicas.length > 0;
  const hasTabs = sessions.length > 0;
  offer(4, hasTabs && asked !== undefined, () =>
    fc.tuple(session, asked!).map(([actor, draft]) => befall(actor, draft)),
  );
  offer(3, written !== undefined, () => fc.tuple(worker, written!).map(([actor, draft]) => befall(actor, draft)));
  offer(3, hasReplicas && kinds.has('lag-exact'), () =>
    fault(fc.tuple(replica, version).map((each) => exactLag(...each))),
  );
  offer(2, hasReplicas && kinds.has('lag-timed'), () =>
    fault(fc.tuple(replica, fc.constantFrom(...lags)).map((each) => timedLag(...each))),
  );
  offer(1, hasReplicas && kinds.has('out-of-rotation'), () =>
    fault(fc.tuple(replica, version).map((each) => rotation(...each))),
  );
  offer(1, kinds.has('stall'), () =>
    fc
      .record({ worker, step: fc.integer({ min: 1, max: 10 }), stall_ms: fc.constantFrom(...lags) })
      .map((each) => ({ kind: 'stall', ...each })),
  );
  offer(1, hasTabs && kinds.has('overlap'), () => session.map((each) => ({ kind: 'overlap', session: each })));
  offer(1, hasTabs && kinds.has('forget'), () => session.map((each) => ({ kind: 'forget', session: each })));
  offer(1, hasReplicas && kinds.has('routing'), () =>
    fc.constantFrom(...ROUTINGS).map((routing) => ({ kind: 'routing', routing })),
  );
  offer(1, kinds.has('rerun'), () => version.map((each) => rerunOf(cast, each)));
  offer(1, kinds.has('tab'), () => version.map((each) => tabOf(cast, each)));
  return choices.length === 0 ? fc.constant({ kind: 'routing', routing: cast.topology.routing }) : fc.oneof(...choices);
}

function oneOf(names: readonly string[]): Arbitrary<string> {
  return names.length === 0 ? fc.constant('') : fc.constantFrom(...names);
}

/** Like `versionOf`, of the plan's nth generation, which counts among those of its own story. */
function versionIn(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const own = generations.filter(({ story }) => story === generations[at]!.story);
  return versionOf(own, own.indexOf(generations[at]!), step);
}

/** Its first rerun bears the name `rerun-1`; a second of the same name would do nothing. */
function rerunOf(cast: Plan, { key, generation, progress }: Version): Deviation {
  const { steps, instance } = cast.generations.find(({ story }) => story === key)!;
  const start = { ...afterCommit({ key, generation, progress }), plus_ms: 50, within_ms: 20_000 };
  return {
    kind: 'rerun',
    generation: { worker: `rerun-of-${key}`, story: key, instance, start, steps, outcome: 'completed' },
  };
}

function tabOf(cast: Plan, version: Version): Deviation {
  const like = cast.observers[0] ?? { every_ms: 100, instance: 1 };
  const start = afterCommit(version);
  const observer = {
    ...BENIGN_TAB,
    session: `late-tab-${version.key}`,
    story: version.key,
    instance: like.instance,
    every_ms: like.every_ms,
    start,
  };
  return { kind: 'tab', observer };
}
