/** What each replica had replayed, as far as its answers tell: each has the position that the replica had reached. */
import { COMMIT_OK, NONE } from '../../history/codes.ts';
import { itemAt } from '../../required.ts';
import type { TimelineEvents } from './timeline-events.ts';
import { addPoint, pointAt, readCommitted, type Point } from './timeline-lanes.ts';

export interface ReplicaLane {
  replica: string;
  key: string;
  /** Begins with the first answer of the replica. */
  replayed: readonly Point[];
  committed: readonly Point[];
}

/** By story, then by replica, in the order of the first commits and of the first answers. */
export function readReplicas(events: TimelineEvents): ReplicaLane[] {
  const positions = positionsOf(events);
  const committed = readCommitted(events);
  return [...commitsByKey(events)].flatMap(([key, commits]) =>
    [...positions].map(([node, reached]) => ({
      replica: itemAt(events.nodes, node),
      key,
      replayed: replayedOf(commits, reached),
      committed: committed.get(key) ?? [],
    })),
  );
}

interface Position {
  time: number;
  lsn: number;
}

interface Commit extends Position {
  point: Point;
}

/** The positions of the replicas, each when it was first answered with. */
function positionsOf({ length, node, nodes, lsn, time }: TimelineEvents): Map<number, Position[]> {
  const primary = nodes.indexOf('primary');
  const positions = new Map<number, Position[]>();
  for (let at = 0; at < length; at++) {
    const server = itemAt(node, at);
    const reached = itemAt(lsn, at);
    if (server === NONE || server === primary || reached === NONE) continue;
    const known = positions.get(server);
    const position = { time: itemAt(time, at), lsn: reached };
    if (known === undefined) positions.set(server, [position]);
    else if (known.at(-1)?.lsn !== reached) known.push(position);
  }
  return positions;
}

/** With the greatest position up to each commit, so that they can be searched. */
function commitsByKey(events: TimelineEvents): Map<string, Commit[]> {
  const commits = new Map<string, Commit[]>();
  for (let at = 0; at < events.length; at++) {
    const point = events.code[at] === COMMIT_OK ? pointAt(events, at) : undefined;
    const lsn = itemAt(events.lsn, at);
    if (point === undefined || lsn === NONE) continue;
    const { key } = itemAt(events.views, itemAt(events.view, at));
    const known = commits.get(key) ?? [];
    known.push({ time: point.time, lsn: Math.max(lsn, known.at(-1)?.lsn ?? 0), point });
    commits.set(key, known);
  }
  return commits;
}

/** A replica that has replayed no commit of the story is at 0%. */
function replayedOf(commits: readonly Commit[], reached: readonly Position[]): Point[] {
  const replayed: Point[] = [];
  for (const { time, lsn } of reached) {
    const { generation, progress } = lastUpTo(commits, lsn)?.point ?? { generation: 1, progress: 0 };
    addPoint(replayed, { time, generation, progress });
  }
  return replayed;
}

function lastUpTo(commits: readonly Commit[], lsn: number): Commit | undefined {
  let [low, high] = [0, commits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(commits, middle).lsn <= lsn) low = middle + 1;
    else high = middle;
  }
  return commits[low - 1];
}
