/**
 * How long a request or its response can be late: one delay for each event that it can come after. Delays between the same
 * two events differ only in time.
 */
import type { ObservedCommit, ObservedRequest, Probe } from './probe.ts';

/** The longest delay: no user waits for longer, and a run in which nothing new happens for 20 s is stopped. */
export const DELAY_MS_MAX = 10_000;
/** Events closer together than this cannot be separated by a delay. */
export const APART_NS = 3e6;
/** Time after an event, so that it is over: a message takes up to 1.5 ms each way. */
const BEYOND_MS = 2;

type DelayedRequest = Pick<ObservedRequest, 'actor' | 'operation' | 'at'>;

/**
 * The delays of a request that was not late in this run, in milliseconds, ascending: past each later commit of its story
 * that did not wait for it, each timer of the same operation, and for a worker also past the next read of each tab.
 */
export function delaysOf(probe: Probe, request: DelayedRequest): number[] {
  const { generations } = probe.plan;
  const worker = generations.find((each) => each.worker === request.actor);
  const own = generations.filter(({ story }) => story === worker?.story).indexOf(worker as never) + 1;
  return delaysAmong(probe, request, ({ generation }) => worker === undefined || generation !== own);
}

/** The same, for a request that was late by `DELAY_MS_MAX` in this run: everything that happened meanwhile did not wait for it. */
export function delaysWithin(probe: Probe, request: DelayedRequest): number[] {
  const isMeanwhile = ({ at }: { at: number }): boolean => at < request.at + DELAY_MS_MAX * 1e6;
  return delaysAmong({ ...probe, reads: probe.reads.filter(isMeanwhile) }, request, isMeanwhile);
}

function delaysAmong(
  probe: Probe,
  { actor, operation, at }: DelayedRequest,
  isRelevant: (commit: ObservedCommit) => boolean,
): number[] {
  const { plan, timers, reads } = probe;
  const worker = plan.generations.find((each) => each.worker === actor);
  const tab = plan.observers.find(({ session }) => session === actor);
  const key = worker?.story ?? tab?.story;
  const commits = probe.commits.filter((commit) => commit.key === key && commit.at > at && isRelevant(commit));
  const times = [
    ...commits.map((commit) => commit.at),
    ...timers.filter((timer) => timer.actor === actor && timer.operation === operation).map(({ dueAt }) => dueAt),
    ...(worker === undefined
      ? []
      : firstReads(
          reads.filter((read) => read.key === key && read.at > at),
          commits,
        )),
    ...(tab?.polling === 'interval' ? reads.filter(({ session }) => session === actor).map((read) => read.at) : []),
  ];
  return delaysPast(times, at);
}

/** The first read of each tab, and its first read after each commit. */
export function firstReads(reads: Probe['reads'], commits: readonly ObservedCommit[]): number[] {
  const known = new Set<string>();
  return reads.flatMap(({ session, at }) => {
    const name = `${session} ${commits.filter((commit) => commit.at <= at).length}`;
    if (known.has(name)) return [];
    known.add(name);
    return [at];
  });
}

/** @param times in nanoseconds, in any order */
export function delaysPast(times: readonly number[], at: number): number[] {
  const sorted = times.filter((time) => time > at).sort((a, b) => a - b);
  const last = sorted.filter((time, index) => (sorted[index + 1] ?? Infinity) - time >= APART_NS);
  const delays = last.map((time) => Math.ceil((time - at) / 1e6) + BEYOND_MS);
  return [...new Set(delays)].filter((delay) => delay < DELAY_MS_MAX);
}
