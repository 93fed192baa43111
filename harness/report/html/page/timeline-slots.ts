/** The lanes of the timeline, from the top down: of each story its sessions, its workers, the primary and the replicas; then the instances. */
import { CAS, COMMIT, NONE, READ, START, WRITE } from '../../../history/codes.ts';
import type { Markup } from '../../svg/svg-element.ts';
import { drawGrid, drawLane, drawName, drawSteps, nameOf } from '../../svg/lane-drawing.ts';
import type { Frame } from '../../svg/lane-frame.ts';
import { drawReplica } from '../../svg/replica-drawing.ts';
import type { TimelineEvents } from '../../svg/timeline-events.ts';
import { readCommitted, readLanes, type Lane } from '../../svg/timeline-lanes.ts';
import { readReplicas } from '../../svg/timeline-replicas.ts';
import type { RunData } from '../page-data.ts';
import { drawOperations } from './operation-drawing.ts';

export interface Slot {
  kind: 'session' | 'worker' | 'primary' | 'replica' | 'instance';
  name: string;
  /** Of its plot, without the name above it. */
  height: number;
  draw(frame: Frame): Markup[];
  /** Whether the event belongs to it. */
  owns(event: number): boolean;
}

type Owns = Slot['owns'];

export function slotsOf(events: TimelineEvents, { stories, instances }: RunData): Slot[] {
  const violations = stories.flatMap((story) => [story, ...story.others]);
  const lanes = readLanes(events, violations);
  const committed = readCommitted(events);
  const replicas = readReplicas(events);
  const workers = workersOf(events);
  const byKey = { lanes: grouped(lanes), workers: grouped(workers), replicas: grouped(replicas) };
  const keys = [...new Set([...byKey.lanes.keys(), ...byKey.workers.keys()])];
  const slotsOfKey = (key: string): Slot[] => {
    const own = byKey.lanes.get(key) ?? [];
    const unseen = own.find(({ session }) => session === undefined);
    const commits = committed.get(key);
    return [
      ...own.filter((lane) => lane !== unseen).map((lane) => sessionSlot(events, lane)),
      ...(byKey.workers.get(key) ?? []).map((worker) => workerSlot(events, worker)),
      ...(commits === undefined ? [] : [primarySlot(events, key, unseen, commits)]),
      ...(byKey.replicas.get(key) ?? []).map((replica) => replicaSlot(events, replica)),
    ];
  };
  return [...keys.flatMap(slotsOfKey), ...instanceSlots(events, instances)];
}

function grouped<T extends { key: string }>(items: readonly T[]): Map<string, T[]> {
  return Map.groupBy(items, ({ key }) => key);
}

function sessionSlot(events: TimelineEvents, lane: Lane): Slot {
  const { views, view } = events;
  return {
    kind: 'session',
    name: nameOf(lane),
    height: 110,
    draw: (frame) => drawLane(lane, frame, { hasLegend: false, isLabelled: lane.marked.length > 0 }),
    owns: (event) => {
      const of = views[view[event] ?? NONE];
      return of?.session === lane.session && of?.key === lane.key;
    },
  };
}

interface Worker {
  view: number;
  session: string;
  key: string;
}

/** The views that write. */
function workersOf({ length, code, view, views }: TimelineEvents): Worker[] {
  const writes = new Set<number>();
  for (let at = 0; at < length; at++) {
    const operation = (code[at] ?? 0) >> 2;
    if (operation === WRITE || operation === START || operation === CAS) writes.add(view[at] ?? NONE);
  }
  return [...writes].flatMap((each) => {
    const of = views[each];
    return of === undefined ? [] : [{ view: each, ...of }];
  });
}

function workerSlot(events: TimelineEvents, { view, session, key }: Worker): Slot {
  const owns: Owns = (event) => events.view[event] === view;
  return {
    kind: 'worker',
    name: `${session} · ${key}`,
    height: 22,
    draw: (frame) => [drawName(`${session} · ${key}`, frame), ...drawOperations(events, owns, 'write', frame)],
    owns,
  };
}

function primarySlot(events: TimelineEvents, key: string, own: Lane | undefined, committed: Lane['committed']): Slot {
  const name = `primary · ${key}`;
  const primary = events.nodes.indexOf('primary');
  const isOfKey: Owns = (event) => events.views[events.view[event] ?? NONE]?.key === key;
  return {
    kind: 'primary',
    name,
    height: 60,
    draw: (frame) => [
      ...(own === undefined
        ? [drawName(name, frame), ...drawGrid(frame)]
        : drawLane(own, frame, { hasLegend: false, isLabelled: true })),
      ...drawSteps('primary', committed, frame),
      ...drawOperations(events, (event) => events.node[event] === primary && isOfKey(event), 'served', frame),
    ],
    owns: (event) => (events.code[event] ?? 0) >> 2 === COMMIT && isOfKey(event),
  };
}

function replicaSlot(events: TimelineEvents, replica: ReturnType<typeof readReplicas>[number]): Slot {
  const node = events.nodes.indexOf(replica.replica);
  const owns: Owns = (event) =>
    events.node[event] === node && events.views[events.view[event] ?? NONE]?.key === replica.key;
  return {
    kind: 'replica',
    name: `${replica.replica} · ${replica.key}`,
    height: 60,
    draw: (frame) => [...drawReplica(replica, frame), ...drawOperations(events, owns, 'served', frame)],
    owns,
  };
}

/** Known from the plan. */
function instanceSlots(events: TimelineEvents, instances: Readonly<Record<string, number>>): Slot[] {
  return [...new Set(Object.values(instances))]
    .toSorted((a, b) => a - b)
    .map((instance) => {
      const views = new Set(
        events.views.flatMap(({ session }, view) => (instances[session] === instance ? [view] : [])),
      );
      const name = `app instance ${instance}`;
      const owns: Owns = (event) => (events.code[event] ?? 0) >> 2 === READ && views.has(events.view[event] ?? NONE);
      return {
        kind: 'instance',
        name,
        height: 16,
        draw: (frame) => [drawName(name, frame), ...drawOperations(events, owns, 'request', frame)],
        owns,
      };
    });
}
