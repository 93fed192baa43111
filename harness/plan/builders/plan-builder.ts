/** Combines the parts of a plan. */
import { UsageError } from '../../errors.ts';
import type { FaultInput } from '../../faults/fault-registry.ts';
import type { Allowance, GenerationInput, ObserverInput, PlanInput } from '../plan.ts';
import type { PlanBody } from '../scenario.ts';
import { Story, Tab, type GenerationPart } from './actor-builder.ts';
import { Replica, type FaultPart } from './fault-builder.ts';
import { definedFields } from '../../defined-fields.ts';

/** Parts with a default in docs/PLAN.md are optional. */
export interface PlanParts {
  /** Number of streaming replicas. Default: 1. */
  replicas?: number;
  routing?: NonNullable<PlanInput['topology']>['routing'];
  /** With `sticky` routing: how many milliseconds after a write the reads stay on the primary. */
  stickyMs?: number;
  /** Number of instances of the application. Default: 1. */
  instances?: number;
  /** Workers without a name are called worker-1, worker-2, … by their position. */
  /** The caches between a tab and the database; default: none. */
  caches?: NonNullable<PlanInput['topology']>['caches'];
  generations: readonly GenerationPart[];
  observers: readonly ObserverInput[];
  faults?: readonly (FaultInput | FaultPart)[];
  /** The properties to judge, by their names in docs/HISTORY.md. */
  properties: readonly string[];
  /** Bound of `convergence`, in milliseconds. */
  convergeWithinMs?: number;
  /** Bound of `availability`: the share of answered reads, from 0 to 1. */
  minAvailability?: number;
  /** Bound of `availability`: the 99th percentile of the latency of answered reads, in milliseconds. */
  maxLatencyMs?: number;
  /** Bound of `availability`: every observer that still watches gets an answer when all faults have ended. */
  finalLookAnswered?: boolean;
  /** What may fail to happen without making the verdict unknown, by the names in docs/PLAN.md. */
  allows?: readonly Allowance[];
  /** How many milliseconds the tabs watch when all generations are over, before the faults end. Default: 0. */
  watchOnMs?: number;
  /** A run that takes more milliseconds is stopped, and its verdict is unknown. Default: 60000. */
  runMsMax?: number;
}

/**
 * The JSON of a plan without the name of its scenario and its seed, as a scenario's `plan` returns it.
 * Fields are checked when the plan is used, by `ratchet` or `replay`.
 * @throws UsageError for a generation that is listed twice, or that a fault refers to and the plan lacks
 */
export function plan(parts: PlanParts): PlanBody {
  const { replicas, routing, stickyMs, instances, caches, properties, allows, watchOnMs, runMsMax } = parts;
  const names = nameWorkers(parts.generations);
  const topology = definedFields({ replicas, routing, sticky_ms: stickyMs, instances, caches });
  const bounds = boundsOf(parts);
  return {
    topology,
    generations: parts.generations.map(
      (each) => written({ ...each, worker: names.get(each) }, names) as GenerationInput,
    ),
    observers: parts.observers.map((observer) => written(observer, names) as ObserverInput),
    faults: (parts.faults ?? []).map((fault) => written(fault, names) as FaultInput),
    properties: [...properties],
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    ...definedFields({
      allows: allows === undefined ? undefined : [...allows],
      watch_on_ms: watchOnMs,
      run_ms_max: runMsMax,
    }),
  };
}

function boundsOf(parts: PlanParts): NonNullable<PlanInput['bounds']> {
  const { convergeWithinMs, minAvailability, maxLatencyMs, finalLookAnswered } = parts;
  return definedFields({
    converge_within_ms: convergeWithinMs,
    min_availability: minAvailability,
    latency_ms_max: maxLatencyMs,
    final_look_answered: finalLookAnswered,
  });
}

/** A worker without a name gets the number of its position, or the next unused number. */
function nameWorkers(generations: readonly GenerationPart[]): ReadonlyMap<GenerationPart, string> {
  const names = new Map<GenerationPart, string>();
  const taken = new Set(generations.map(({ worker }) => worker));
  for (const [at, generation] of generations.entries()) {
    if (names.has(generation))
      throw new UsageError('plan-invalid', `generations.${at} is listed twice`, 'call runs() twice');
    const name = generation.worker ?? firstFree(taken, at + 1);
    taken.add(name);
    names.set(generation, name);
  }
  return names;
}

function firstFree(taken: ReadonlySet<string | undefined>, number: number): string {
  const name = `worker-${number}`;
  return taken.has(name) ? firstFree(taken, number + 1) : name;
}

/** A value as plain JSON: names instead of builder objects, and no undefined fields. */
function written(value: unknown, names: ReadonlyMap<GenerationPart, string>): unknown {
  if (value instanceof Tab || value instanceof Replica || value instanceof Story) return value.name;
  if (Array.isArray(value)) return value.map((each) => written(each, names));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(definedFields(value)).map(([name, field]) => [name, nameOfActor(name, field, names)]);
  return Object.fromEntries(fields);
}

function nameOfActor(field: string, value: unknown, names: ReadonlyMap<GenerationPart, string>): unknown {
  if (field !== 'actor' || typeof value === 'string' || value instanceof Tab) return written(value, names);
  const name = names.get(value as GenerationPart);
  if (name !== undefined) return name;
  throw new UsageError(
    'plan-invalid',
    'a fault refers to a generation that is not in the plan',
    'add it to generations',
  );
}
