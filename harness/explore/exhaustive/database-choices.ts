/** The choices at the commits of a run: replicas that fall behind or are lost, actors and instances that are cut off. */
import { afterCommit, START } from '../../faults/drawing.ts';
import { deviationOf, type Fault } from '../../faults/fault-registry.ts';
import type { EventPattern, Moment } from '../../plan/moment.ts';
import type { Choice } from './choice.ts';
import type { ObservedCommit, Probe } from './probe.ts';

/** Lags of a replica for the whole run; the longest exceeds the retries of most clients. */
const LAGS_MS = [100, 300, 1_000, 3_500] as const;
const REPLICA_READS_MAX = 60;

export function databaseChoices(probe: Probe): Choice[] {
  const replicas = Array.from({ length: probe.plan.topology.replicas }, (_, at) => `replica-${at + 1}`);
  return replicas.flatMap((replica) => [
    ...holds(probe, replica),
    ...LAGS_MS.map((delay) =>
      choiceOf(0, `lag of ${replica}`, { kind: 'lag', mode: 'timed', replica, delay_ms: delay, from: START }),
    ),
    ...windowsOf(probe).flatMap(({ fire, from, until }) => [
      choiceOf(fire, `rotation of ${replica}`, { kind: 'out-of-rotation', replica, from, ...until }),
      choiceOf(fire, `outage of ${replica}`, { kind: 'outage', how: 'kill', replica, from, ...until }),
    ]),
  ]);
}

/** The replica holds at each commit but the last, until it has served each number of reads of a later state. */
function holds({ commits, reads }: Probe, replica: string): Choice[] {
  return commits.flatMap((commit, at) => {
    const next = commits[at + 1];
    if (next === undefined) return [];
    const { key, generation, progress } = commit;
    const isServed = (read: Probe['reads'][number]): boolean => read.servedBy === replica && read.at > next.at;
    const served = Math.min(reads.filter(isServed).length, REPLICA_READS_MAX);
    const read: EventPattern = { f: 'read', type: 'ok', served_by: replica };
    const ends = Array.from({ length: served }, (_, number): { until: Moment } => ({
      until: { after: [patternOf(next), ...Array.from({ length: number + 1 }, () => read)], plus_ms: 0 },
    }));
    const hold = { kind: 'lag', mode: 'exact', replica, hold_at: { key, generation, progress }, from: START } as const;
    return [...ends, {}].map((until) => choiceOf(commit.at, `lag of ${replica}`, { ...hold, ...until }));
  });
}

interface Window {
  fire: number;
  from: Moment;
  until: { until?: Moment };
}

/** From the start or a commit, until a later commit or the end. */
function windowsOf({ commits }: Probe): Window[] {
  const starts = [
    { fire: 0, from: START as Moment },
    ...commits.map((each) => ({ fire: each.at, from: afterOf(each) })),
  ];
  return starts.flatMap(({ fire, from }, at) => [
    ...commits.slice(at).map((end) => ({ fire, from, until: { until: afterOf(end) } })),
    { fire, from, until: {} },
  ]);
}

/** What happens to tabs, actors and instances at a commit. */
export function momentaryChoices(probe: Probe, can: { restart: boolean }): Choice[] {
  const { topology, observers, generations } = probe.plan;
  const instances = Array.from({ length: topology.instances }, (_, at) => at + 1);
  const actors = [...observers.map(({ session }) => session), ...generations.map(({ worker }) => worker)];
  return probe.commits.flatMap((commit, at) => {
    const { at: fire } = commit;
    const next = probe.commits[at + 1];
    const from = afterOf(commit);
    const where = `at commit ${at + 1}`;
    return [
      ...(next === undefined ? [] : actors).map((actor) =>
        choiceOf(fire, `requests of ${actor} ${where}`, {
          kind: 'http-window',
          how: 'refuse',
          status: 503,
          actor,
          from,
          until: afterOf(next as ObservedCommit),
        }),
      ),
      ...observers.flatMap(({ session, instance }) =>
        instances
          .filter((number) => number !== instance)
          .map((number) =>
            choiceOf(fire, `instance of ${session} ${where}`, { kind: 'tab-move', session, instance: number, from }),
          ),
      ),
      ...(can.restart ? instances : []).map((instance) =>
        choiceOf(fire, `restart of ${instance} ${where}`, { kind: 'instance-restart', instance, down_ms: 0, from }),
      ),
    ];
  });
}

/** Longer than the lifetime of common caches and tokens. */
const SKEWS_MS = [600_000, -600_000] as const;

export function clockChoices({ plan: { topology } }: Probe): Choice[] {
  return Array.from({ length: topology.instances }, (_, at) => at + 1).flatMap((instance) =>
    SKEWS_MS.map((offset) =>
      choiceOf(0, `clock of ${instance}`, { kind: 'clock-skew', instance, offset_ms: offset, from: START }),
    ),
  );
}

function choiceOf(fire: number, slot: string, fault: Fault): Choice {
  return { kind: deviationOf(fault), fire, slots: [slot], change: { deviations: [{ kind: 'fault', fault }] } };
}

function patternOf({ key, generation, progress }: ObservedCommit): EventPattern {
  return { f: 'commit', key, generation, progress };
}

function afterOf({ key, generation, progress }: ObservedCommit): Moment {
  return afterCommit({ key, generation, progress });
}
