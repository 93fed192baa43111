/** The plan: one JSON value that describes everything that happens in a run, on any backend. */
import { z } from 'zod';
import { DISPLAY_NAMES } from '../channels/display/display-registry.ts';
import { CHANNEL_NAMES } from '../channels/channel-registry.ts';
import { UsageError } from '../errors.ts';
import { referencesOf, replicaNumber } from '../faults/references.ts';
import { actsOnStream, Fault, isRequestFault, requestKind } from '../faults/fault-registry.ts';
import { firstOf } from '../required.ts';
import { Cache, cacheAt, contradictionOf } from './cache-plan.ts';
import { describeIssue } from './issue.ts';
import { contradictionOfLibraries, Library } from './library-plan.ts';
import { Moment } from './moment.ts';
import { NAME, NAME_RULE } from './name.ts';
import { ROUTINGS } from './routing.ts';

const Name = z.string().regex(NAME, NAME_RULE);
const milliseconds = z.number().min(0).max(3_600_000);
const instance = z.int().min(1).default(1);

const Step = z.strictObject({
  progress: z.number().int().min(0).max(100),
  /** How long the slow part takes before this progress is written. */
  after_ms: milliseconds,
  /** A moment to wait for after `after_ms`. */
  when: Moment.optional(),
  /** The slow part fails after `after_ms`: the application gets an error, and ends the generation as it likes. */
  throws: z.literal(true).optional(),
});

const Generation = z.strictObject({
  worker: Name,
  story: Name,
  /** The instance of the application that runs it. */
  instance,
  start: Moment.default({ at_ms: 0 }),
  steps: z.array(Step).min(1).max(100),
  /** How it ends after its last step; `abandoned`: the worker dies without writing a final status. */
  outcome: z.enum(['completed', 'failed', 'abandoned']).default('completed'),
});

const Observer = z.strictObject({
  session: Name,
  story: Name,
  instance,
  start: Moment.default({ at_ms: 0 }),
  /** When the tab is closed. Without it, it watches to the end. */
  until: Moment.optional(),
  /** How it reads the progress. */
  channel: z.enum(CHANNEL_NAMES).default('poll'),
  /** The client library in front of the channel. */
  library: Library.optional(),
  every_ms: z.number().min(1).max(60_000),
  /** `interval` polls at fixed intervals; `chained` waits for the response before the next poll. */
  polling: z.enum(['interval', 'chained']).default('chained'),
  /** What it sends of the progress that it has seen: nothing, or what the subject's front end sends. */
  expects: z.enum(['none', 'last-seen']).default('last-seen'),
  /** Which values it shows; `subject`: those that the subject's front end shows. */
  display: z.enum(['subject', ...DISPLAY_NAMES]).default('subject'),
  /** How long a tab with a stream may take to show the last progress, when all faults have ended; 10000. */
  settle_ms: milliseconds.optional(),
  /** Of a tab with a stream: between two heartbeats of its socket; supabase-js's 25000. */
  heartbeat_ms: z.number().min(100).max(60_000).optional(),
});

/**
 * What may fail to happen in a run without making its verdict unknown: a fault that never applies, or that no request
 * meets, workers that all give up, an observer that is never shown a progress, a run without the end of any generation, without any commit, or without
 * any request to Supabase.
 */
export const ALLOWANCES = [
  'fault-unused',
  'fault-without-effect',
  'workers-gave-up',
  'observer-not-shown',
  'no-end',
  'no-commits',
  'no-requests',
] as const;
export type Allowance = (typeof ALLOWANCES)[number];

/** A plan that allows a fault never to apply allows it to have no effect, too. */
export function allows({ allows: given }: Pick<Plan, 'allows'>, what: Allowance): boolean {
  return given.includes(what) || (what === 'fault-without-effect' && given.includes('fault-unused'));
}

export const PlanSchema = z.strictObject({
  plan: z.literal(1),
  scenario: Name,
  seed: z.int().min(0),
  topology: z
    .strictObject({
      replicas: z.int().min(0).max(8).default(1),
      routing: z.enum(ROUTINGS).default('get-to-replica'),
      /** With `sticky`: how long after a write the reads stay on the primary. */
      sticky_ms: milliseconds.default(0),
      /** Instances of the application, each with its own module state. */
      instances: z.int().min(1).max(16).default(1),
      /** The caches between a tab and the database, at most one at each place. */
      caches: z.array(Cache).max(3).optional(),
    })
    .prefault({}),
  generations: z.array(Generation).min(1).max(1_000),
  observers: z.array(Observer).max(1_000),
  faults: z.array(Fault).max(1_000).default([]),
  /** The properties to judge. */
  properties: z.array(z.string()).min(1),
  bounds: z
    .strictObject({
      converge_within_ms: milliseconds.optional(),
      /** Of `availability`: the share of answered reads, and the 99th percentile of their latency. */
      min_availability: z.number().min(0).max(1).optional(),
      latency_ms_max: milliseconds.optional(),
      /** Of `availability`: every observer that still watches gets an answer when all faults have ended. */
      final_look_answered: z.boolean().optional(),
    })
    .default({}),
  /** How long the tabs watch when all generations are over, before the faults end. */
  watch_on_ms: milliseconds.default(0),
  /** What may fail to happen; the verdict is unknown if anything else does. */
  allows: z.array(z.enum(ALLOWANCES)).default([]),
  /** A longer run is stopped, and its verdict is unknown. */
  run_ms_max: z.number().min(1).max(3_600_000).default(60_000),
});

export type Plan = z.output<typeof PlanSchema>;
/** A plan as the user writes it: fields with a default are optional. */
export type PlanInput = z.input<typeof PlanSchema>;
export type GenerationInput = PlanInput['generations'][number];
export type ObserverInput = PlanInput['observers'][number];
export type GenerationPlan = Plan['generations'][number];
export type ObserverPlan = Plan['observers'][number];

/**
 * Checks a plan and fills in its defaults.
 * @param source where the plan comes from, for errors: a file or a scenario
 * @throws UsageError that names the invalid field
 */
export function parsePlan(input: unknown, source: string): Plan {
  const result = PlanSchema.safeParse(input);
  if (!result.success) throw invalid(source, describeIssue(firstOf(result.error.issues), 'plan'));
  const contradiction = findContradiction(result.data);
  if (contradiction !== undefined) throw invalid(source, contradiction);
  return result.data;
}

/** @throws UsageError if the text is not JSON or not a plan */
export function parsePlanText(text: string, source: string): Plan {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw invalid(source, `not JSON: ${(error as Error).message}`);
  }
  return parsePlan(input, source);
}

function invalid(source: string, what: string): UsageError {
  return new UsageError('plan-invalid', `${source}: ${what}`, 'docs/PLAN.md describes every field');
}

/** Checks what the schema cannot express: names that must exist or be unique. */
function findContradiction(plan: Plan): string | undefined {
  const { instances } = plan.topology;
  const actors = [...plan.generations.map((g) => g.worker), ...plan.observers.map((o) => o.session)];
  const twice = actors.find((name, at) => actors.indexOf(name) !== at);
  if (twice !== undefined) return `two actors are called ${twice}: workers and sessions must have different names`;
  const misplaced = [...plan.generations, ...plan.observers].find((actor) => actor.instance > instances);
  if (misplaced !== undefined)
    return `instance ${misplaced.instance} does not exist: topology.instances is ${instances}`;
  const cached = contradictionOf(plan.topology.caches ?? []);
  if (cached !== undefined) return cached;
  for (const [at, fault] of plan.faults.entries()) {
    const what = findMissing(fault, plan);
    if (what !== undefined) return `faults.${at}: ${what}`;
  }
  return contradictionOfLibraries(plan.observers, plan.faults);
}

/** Finds a reference of a fault to something that the plan does not have. */
function findMissing(fault: Fault, { topology, generations, observers }: Plan): string | undefined {
  const { nodes, instances, actors, sessions, stories, caches, pop } = referencesOf(fault);
  const place = caches.find((name) => topology.caches?.every(({ at }) => at !== name) ?? true);
  if (place !== undefined) return `there is no cache at ${place}: see topology.caches`;
  const pops = cacheAt(topology.caches ?? [], 'edge')?.pops ?? 0;
  if (pop !== undefined && pop > pops) return `point of presence ${pop} does not exist: the cache at edge has ${pops}`;
  const node = nodes.find((name) => replicaNumber(name) > topology.replicas);
  if (node !== undefined) return `${node} does not exist: topology.replicas is ${topology.replicas}`;
  const instance = instances.find((number) => number > topology.instances);
  if (instance !== undefined) return `instance ${instance} does not exist: topology.instances is ${topology.instances}`;
  const isTab = (name: string): boolean => observers.some(({ session }) => session === name);
  const unknown = actors.find((name) => !isTab(name) && generations.every(({ worker }) => worker !== name));
  if (unknown !== undefined) return `no worker or session is called ${unknown}`;
  const story = stories.find((name) => [...generations, ...observers].every((actor) => actor.story !== name));
  if (story !== undefined) return `no story is called ${story}`;
  const worker = sessions.find((name) => !isTab(name));
  if (worker !== undefined) return `${worker} is a worker, but the fault applies only to tabs`;
  const polling = withoutStream(fault, observers);
  if (polling !== undefined) return polling;
  if (!isRequestFault(fault) || !('at' in fault.match) || fault.match.at !== 'edge') return undefined;
  return requestKind(fault).isAtEdgeToo === true ? undefined : `${fault.kind} cannot apply at the edge`;
}

/** Whether a tab has a stream. */
export function hasStreams({ observers }: Pick<Plan, 'observers'>): boolean {
  return observers.some(({ channel }) => channel !== 'poll');
}

/** A fault of a stream whose tab has none. */
function withoutStream(fault: Fault, observers: Plan['observers']): string | undefined {
  if (!actsOnStream(fault)) return undefined;
  const { sessions } = referencesOf(fault);
  const tabs = observers.filter(({ session }) => sessions.length === 0 || sessions.includes(session));
  if (hasStreams({ observers: tabs })) return undefined;
  return `${fault.kind} needs a tab with a stream, and the channel of ${sessions[0] ?? 'every tab'} is poll`;
}
