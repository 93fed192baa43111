/** Counts the polls of a load: rates, latencies, failures and reversions, over all and in slices of time. */
import { isOlder } from '../history/order.ts';
import { atShares } from '../nearest-rank.ts';
import type { LoadSlice, LoadSummary, Percentiles } from '../port/load.ts';
import type { ObservedProgress } from '../port/subject.ts';
import type { PollLine } from './poll-lines.ts';

const SLICE_MS = 1_000;
/** Slices in a report. */
const SLICES_MAX = 12;
const REASONS_MAX = 5;

interface Second {
  tabs: Set<number>;
  latencies: number[];
  failed: number;
  reversions: number;
}

export class LoadTally {
  readonly #seconds = new Map<number, Second>();
  readonly #failures = new Map<string, number>();
  readonly #seen = new Map<number, { story: number; value: ObservedProgress }>();
  readonly #supabaseMs: number[] = [];
  #firstReversionMs: number | undefined;

  /** @param runMs when it began */
  add(poll: PollLine, runMs: number, supabaseMs: number | undefined): void {
    const second = this.#secondAt(runMs);
    second.tabs.add(poll.tab);
    second.latencies.push(poll.durationMs);
    if (supabaseMs !== undefined) this.#supabaseMs.push(supabaseMs);
    if (poll.value === undefined) {
      second.failed += 1;
      const reason = poll.status === 0 ? poll.error : `HTTP ${poll.status} ${poll.error}`.trim();
      this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
    } else if (this.#isReversion(poll, poll.value)) {
      second.reversions += 1;
      this.#firstReversionMs = Math.min(this.#firstReversionMs ?? runMs, runMs);
    }
  }

  summary(): Omit<LoadSummary, 'profile' | 'crossed' | 'clockUncertaintyMs' | 'harness'> {
    const seconds = [...this.#seconds].toSorted(([a], [b]) => a - b);
    const [first = 0, last = 0] = [seconds[0]?.[0], seconds.at(-1)?.[0]];
    const span = last - first + 1;
    const perSlice = Math.ceil(span / SLICES_MAX);
    const slices: LoadSlice[] = [];
    for (let from = first; from <= last; from += perSlice) {
      const to = Math.min(from + perSlice, last + 1);
      slices.push(
        sliceOf(
          from,
          to,
          seconds.filter(([at]) => at >= from && at < to).map(([, each]) => each),
        ),
      );
    }
    const all = sliceOf(
      first,
      last + 1,
      seconds.map(([, each]) => each),
    );
    const polls = seconds.reduce((sum, [, { latencies }]) => sum + latencies.length, 0);
    return {
      durationMs: span * SLICE_MS,
      polls,
      failed: all.failed,
      failures: [...this.#failures]
        .map(([reason, count]) => ({ reason, count }))
        .toSorted((a, b) => b.count - a.count)
        .slice(0, REASONS_MAX),
      tabs: Math.max(0, ...slices.map(({ tabs }) => tabs)),
      pollsPerSecond: all.pollsPerSecond,
      latencyMs: { p50: all.p50, p95: all.p95, p99: all.p99 },
      ...(this.#supabaseMs.length === 0 ? {} : { supabaseMs: percentiles(this.#supabaseMs) }),
      reversions: all.reversions,
      ...this.#firstReversion(),
      slices,
    };
  }

  #firstReversion(): Pick<LoadSummary, 'firstReversion'> {
    const atMs = this.#firstReversionMs;
    if (atMs === undefined) return {};
    const { tabs, latencies } = this.#secondAt(atMs);
    return { firstReversion: { atMs, tabs: tabs.size, pollsPerSecond: latencies.length } };
  }

  #secondAt(runMs: number): Second {
    const at = Math.floor(runMs / SLICE_MS);
    let second = this.#seconds.get(at);
    if (second === undefined) {
      this.#seconds.set(at, (second = { tabs: new Set(), latencies: [], failed: 0, reversions: 0 }));
    }
    return second;
  }

  #isReversion({ tab, story }: PollLine, value: ObservedProgress): boolean {
    const before = this.#seen.get(tab);
    const isBack = before !== undefined && before.story === story && isOlder(value, before.value);
    if (!isBack) this.#seen.set(tab, { story, value });
    return isBack;
  }
}

function sliceOf(from: number, to: number, seconds: readonly Second[]): LoadSlice {
  const latencies = seconds.flatMap((each) => each.latencies);
  const tabs = new Set<number>();
  for (const second of seconds) for (const tab of second.tabs) tabs.add(tab);
  return {
    fromMs: from * SLICE_MS,
    toMs: to * SLICE_MS,
    tabs: tabs.size,
    pollsPerSecond: latencies.length / (to - from),
    failed: seconds.reduce((sum, { failed }) => sum + failed, 0),
    reversions: seconds.reduce((sum, { reversions }) => sum + reversions, 0),
    ...percentiles(latencies),
  };
}

/** By the nearest rank. */
export function percentiles(values: readonly number[]): Percentiles {
  const [p50, p95, p99] = atShares(values, 0.5, 0.95, 0.99) as [number, number, number];
  return { p50, p95, p99 };
}
