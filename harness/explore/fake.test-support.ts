/** A small simulation for tests of the search: tabs poll at fixed intervals, and replicas lag as the plan says. */
import type { EventBody, HistoryEvent, ProgressValue } from '../history/event.ts';
import type { Plan } from '../plan/plan.ts';
import type { TrialOutcome } from './trial.ts';

interface Commit {
  atMs: number;
  key: string;
  value: ProgressValue;
}

const POLLS = 8;

/** Runs the generations of each story one after the other, with `POLLS` polls of every tab. */
export function fakeSimulate(plan: Plan): TrialOutcome {
  const commits = commitsOf(plan);
  const reads = plan.observers.flatMap(({ session, story, every_ms: everyMs }) =>
    Array.from({ length: POLLS }, (_, at) => {
      const atMs = 5 + at * everyMs;
      const body = { process: session, session, type: 'ok', f: 'show', key: story } as const;
      return { atMs, body: { ...body, value: readFrom(plan, commits, session, story, at + 1, atMs) } };
    }),
  );
  const written = commits.map(({ atMs, key, value }) => ({
    atMs,
    body: { process: 'db', type: 'ok', f: 'commit', key, value } as EventBody,
  }));
  const timeline = [...written, ...reads].sort((a, b) => a.atMs - b.atMs);
  const events = timeline.map(({ atMs, body }, index): HistoryEvent => ({ index, time: atMs * 1e6, ...body }));
  return outcomeOf(events);
}

export function outcomeOf(events: readonly HistoryEvent[]): TrialOutcome {
  const traceHash = (): string => JSON.stringify(events);
  return { history: { header: undefined, events }, incomplete: undefined, notes: [], traceHash };
}

function commitsOf(plan: Plan): Commit[] {
  const ends = new Map<string, { atMs: number; generation: number }>();
  return plan.generations.flatMap(({ story, steps }) => {
    let { atMs, generation } = ends.get(story) ?? { atMs: 0, generation: 0 };
    generation += 1;
    const start = { progress: 0, after_ms: 0 };
    const commits = [start, ...steps].map((step): Commit => {
      atMs += step.after_ms;
      return { atMs, key: story, value: { generation, progress: step.progress } };
    });
    ends.set(story, { atMs, generation });
    return commits;
  });
}

function readFrom(
  plan: Plan,
  commits: readonly Commit[],
  session: string,
  story: string,
  nth: number,
  atMs: number,
): ProgressValue {
  const route = plan.faults.find(
    (fault) => fault.kind === 'http-route' && fault.match.actor === session && fault.match.nth === nth,
  );
  const node = route?.kind === 'http-route' ? route.to : 'primary';
  const latest = Math.min(atMs - lagOf(plan, node), heldAt(plan, node, commits));
  const known = commits.filter((commit) => commit.key === story && commit.atMs <= latest);
  return known.at(-1)?.value ?? { generation: 1, progress: 0 };
}

/** When the commit of any story is made that the database stops after. */
function heldAt(plan: Plan, node: string, commits: readonly Commit[]): number {
  const hold = plan.faults.find((fault) => fault.kind === 'lag' && fault.mode === 'exact' && fault.replica === node);
  const until = hold?.kind === 'lag' && hold.mode === 'exact' ? hold.hold_at : undefined;
  const commit = commits.find(
    ({ key, value }) =>
      key === until?.key && value.generation === until.generation && value.progress === until.progress,
  );
  return commit?.atMs ?? Number.POSITIVE_INFINITY;
}

function lagOf(plan: Plan, node: string): number {
  const lag = plan.faults.find((fault) => fault.kind === 'lag' && fault.mode === 'timed' && fault.replica === node);
  return lag?.kind === 'lag' && lag.mode === 'timed' ? lag.delay_ms : 0;
}
