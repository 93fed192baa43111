/** The fixed plans from which an exhaustive search deviates: small ones for any application, or that of a scenario. */
import { parsePlan, type Plan, type PlanInput } from '../../plan/plan.ts';
import { planOf, type Parameters, type Scenario } from '../../plan/scenario.ts';

export interface Base {
  /** The name on the command line. */
  name: string;
  /** In a few words. */
  title: string;
  plan: Plan;
}

interface SmallBase {
  title: string;
  /** A story is generated twice. */
  isRerun: boolean;
  topology: PlanInput['topology'];
  /** When the first generation starts. A tab that is alone needs as many polls before it as a burst has requests. */
  startMs: number;
  /** One after the other, each with its outcome and the steps that it takes before it. */
  generations: readonly { steps: readonly number[]; outcome: 'completed' | 'abandoned' }[];
  /** How often each tab polls. */
  tabs: readonly ((pace: Pace) => number)[];
}

/** Times of a base, in milliseconds. They are chosen so that few events are less than 3 ms apart. */
interface Pace {
  step: number;
  polls: readonly [number, number];
}

/** The first is the one of a search with two deviations. */
const PACES: readonly Pace[] = [
  { step: 100, polls: [70, 110] },
  { step: 90, polls: [40, 65] },
  { step: 150, polls: [61, 97] },
];

const SMALL: Readonly<Record<string, SmallBase>> = {
  'one-tab': {
    title: 'one tab, one replica',
    isRerun: false,
    topology: { replicas: 1, routing: 'get-to-replica', instances: 1 },
    startMs: 250,
    generations: [{ steps: [25, 85, 100], outcome: 'completed' }],
    tabs: [({ polls }) => polls[0]],
  },
  'two-tabs': {
    title: 'two tabs, one replica in turn with the primary, two instances',
    isRerun: false,
    topology: { replicas: 1, routing: 'round-robin', instances: 2 },
    startMs: 5,
    generations: [{ steps: [25, 85, 100], outcome: 'completed' }],
    tabs: [({ polls }) => polls[0], ({ polls }) => polls[1]],
  },
  'abandoned-generation': {
    title: 'two tabs, one replica, two instances, a second generation after an abandoned one',
    isRerun: true,
    topology: { replicas: 1, routing: 'get-to-replica', instances: 2 },
    startMs: 5,
    generations: [
      { steps: [85], outcome: 'abandoned' },
      { steps: [100], outcome: 'completed' },
    ],
    tabs: [({ polls }) => polls[0], ({ polls }) => polls[1]],
  },
};

const STORY = 'story-1';
const RUN_MS_MAX = 300_000;
const PROPERTIES = ['monotonic-view', 'integrity', 'monotonic-commits', 'monotonic-reads'];

export const PACES_OF_BASES = PACES.length;

/** The names of the small bases; those with another pace end in its number. */
export function baseNames(paces: number, canRerun = true): string[] {
  const possible = Object.entries(SMALL).filter(([, { isRerun }]) => canRerun || !isRerun);
  return possible.flatMap(([name]) =>
    Array.from({ length: paces }, (_, at) => (at === 0 ? name : `${name}-${at + 1}`)),
  );
}

/** @returns `undefined` for a name that no small base has */
export function smallBase(name: string, seed: number): Base | undefined {
  const [, kind = name, number = '1'] = /^(.*?)(?:-([2-9]))?$/.exec(name) ?? [];
  const small = Object.hasOwn(SMALL, kind) ? SMALL[kind] : undefined;
  const pace = PACES[Number(number) - 1];
  if (small === undefined || pace === undefined) return undefined;
  const which = number === '1' ? '' : `, pace ${number}`;
  return { name, title: `${small.title}${which}`, plan: planOfSmall(name, small, pace, seed) };
}

function planOfSmall(
  name: string,
  { topology, startMs, generations, tabs }: SmallBase,
  pace: Pace,
  seed: number,
): Plan {
  const workers = generations.map(({ steps, outcome }, at) => ({
    worker: `worker-${at + 1}`,
    story: STORY,
    instance: 1 + (at % (topology?.instances ?? 1)),
    start: at === 0 ? { at_ms: startMs } : startAfter(at, generations[at - 1]?.steps.at(-1) ?? 0, pace),
    steps: steps.map((progress) => ({ progress, after_ms: pace.step })),
    outcome,
  }));
  const observers = tabs.map((everyOf, at) => ({
    session: `tab-${at + 1}`,
    story: STORY,
    instance: 1 + (at % (topology?.instances ?? 1)),
    // Tabs that start together would ask together.
    start: { at_ms: at * 15 },
    every_ms: everyOf(pace),
  }));
  const plan = { plan: 1, scenario: name, seed, topology, generations: workers, observers };
  return parsePlan({ ...plan, properties: PROPERTIES, run_ms_max: RUN_MS_MAX }, `base ${name}`);
}

/** If the commit does not occur, because the worker gave up, the next generation starts anyway. */
function startAfter(generation: number, progress: number, { step }: Pace): PlanInput['generations'][number]['start'] {
  return { after: { f: 'commit', key: STORY, generation, progress }, plus_ms: step, within_ms: 1_000 };
}

export const REFERENCE = 'reference';
const STORIES = [1, 2, 3] as const;
const WATCHED = [1, 2, 3, 1] as const;

/** A run of half a minute: three stories of ten steps, four tabs. It is searched only by its name. */
export function referenceBase(seed: number): Base {
  const plan = {
    plan: 1,
    scenario: REFERENCE,
    seed,
    topology: { replicas: 1, routing: 'round-robin', instances: 2 },
    // Workers and tabs do not start together, so that few events are close together.
    generations: STORIES.map((number) => ({
      worker: `worker-${number}`,
      story: `story-${number}`,
      start: { at_ms: 5 + number * 110 },
      steps: Array.from({ length: 10 }, (_, at) => ({ progress: (at + 1) * 10, after_ms: 3_000 })),
    })),
    observers: WATCHED.map((story, at) => ({
      session: `tab-${at + 1}`,
      story: `story-${story}`,
      instance: 1 + (at % 2),
      start: { at_ms: at * 25 },
      every_ms: 500,
    })),
    properties: PROPERTIES,
    run_ms_max: RUN_MS_MAX,
  };
  const title = 'three stories of ten steps, four tabs, one replica in turn with the primary';
  return { name: REFERENCE, title, plan: parsePlan(plan, `base ${REFERENCE}`) };
}

/** The benign plan of a scenario, or its plan if it has none. */
export function scenarioBase(scenario: Scenario, seed: number, parameters: Parameters): Base {
  const plan = planOf({ ...scenario, plan: scenario.explore?.base ?? scenario.plan }, seed, parameters);
  return {
    name: scenario.name,
    title: scenario.name,
    plan: { ...plan, run_ms_max: Math.max(plan.run_ms_max, RUN_MS_MAX) },
  };
}
