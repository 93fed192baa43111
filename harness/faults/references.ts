/** The parts of a plan that a fault refers to; all kinds use the same field names for them. */
import type { RequestMatch } from './fields.ts';
import type { Fault } from './fault-registry.ts';

interface References {
  /** `primary`, `replica-1`, … */
  nodes: string[];
  instances: number[];
  /** Workers and sessions. */
  actors: string[];
  /** The actors that must be sessions. */
  sessions: string[];
  stories: string[];
  /** The places of caches. */
  caches: string[];
  /** A point of presence of the cache at the edge, counted from 1. */
  pop: number | undefined;
}

type Fields = Partial<Record<'replica' | 'to' | 'actor' | 'session' | 'story' | 'cache', string>> & {
  instance?: number;
  pop?: number;
  match?: RequestMatch;
};

export function referencesOf(fault: Fault): References {
  const { replica, to, instance, match, actor, session, story, cache, pop } = fault as Fields;
  const given = <T>(...values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);
  return {
    nodes: given(replica, to),
    instances: given(instance),
    actors: given(match?.actor, actor, session),
    stories: given(story),
    caches: given(cache ?? (pop === undefined ? undefined : 'edge')),
    pop,
    sessions: given(session, match?.at === 'edge' ? match.actor : undefined),
  };
}

/** The same fault with other nodes and instances. */
export function withReferences(
  fault: Fault,
  change: { node?(name: string): string; instance?(number: number): number },
): Fault {
  const { node = (name) => name, instance = (number) => number } = change;
  const fields = fault as Fields;
  return {
    ...fault,
    ...(fields.replica === undefined ? {} : { replica: node(fields.replica) }),
    ...(fields.to === undefined ? {} : { to: node(fields.to) }),
    ...(fields.instance === undefined ? {} : { instance: instance(fields.instance) }),
  } as Fault;
}

/** The replica that a fault acts on, if it acts on one. */
export function replicaOf(fault: Fault): string | undefined {
  return (fault as Fields).replica;
}

/** The number of a replica, counted from 1; 0 for the primary. */
export function replicaNumber(node: string): number {
  return node.startsWith('replica-') ? Number(node.slice('replica-'.length)) : 0;
}
