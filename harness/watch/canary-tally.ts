/** The numbers of one run of a canary, in constant memory, and its verdict. */
import type { Validity } from '../checker/verdict.ts';
import type { CanaryProperty, OpenReversion, Reversion } from './canary-memory.ts';
import type { CanarySettings } from './canary-settings.ts';
import type { ReversionCounts } from './canary-state.ts';
import { QuantileEstimate } from './quantile-estimate.ts';
import type { PollOutcome } from './watched-app.ts';

export interface CanarySummary {
  valid: Validity;
  /** Why, if it is not true. */
  reasons: string[];
  durationMs: number;
  polls: Readonly<Record<PollOutcome, number>>;
  /** How many rows were pushed. */
  changes: number;
  /** How many values were shown, and so judged. */
  judged: number;
  referenceReads: { ok: number; error: number };
  latencyMs: { p50: number; p99: number; max: number } | undefined;
  stalenessMs: { p99: number; max: number } | undefined;
  reversions: ReversionCounts;
  /** The first ones. */
  examples: readonly Reversion[];
  open: readonly OpenReversion[];
}

const EXAMPLES_MAX = 20;

export class CanaryTally {
  readonly #polls = { ok: 0, error: 0, throttled: 0, timeout: 0, unreachable: 0, unreadable: 0 };
  readonly #referenceReads = { ok: 0, error: 0 };
  readonly #latency = new QuantileEstimate();
  readonly #staleness = new QuantileEstimate();
  readonly #reversions: Record<CanaryProperty, number> = {
    'monotonic-view': 0,
    'monotonic-reads': 0,
    'monotonic-commits': 0,
  };
  readonly #examples: Reversion[] = [];
  #changes = 0;
  #judged = 0;

  polled(outcome: PollOutcome, milliseconds: number): void {
    this.#polls[outcome] += 1;
    if (outcome === 'ok') this.#latency.add(milliseconds);
  }

  referenceRead(outcome: 'ok' | 'error'): void {
    this.#referenceReads[outcome] += 1;
  }

  changed(): void {
    this.#changes += 1;
  }

  judge(shown: number, stalenessMs: number): void {
    this.#judged += shown;
    this.#staleness.add(stalenessMs);
  }

  reverted(reversion: Reversion): void {
    this.#reversions[reversion.property] += 1;
    if (isPromise(reversion) && this.#examples.length < EXAMPLES_MAX) this.#examples.push(reversion);
  }

  summary(open: readonly OpenReversion[], bounds: CanarySettings, durationMs: number): CanarySummary {
    const reasons = [...this.#violations(open), ...this.#brokenBounds(bounds)];
    const isUnknown = reasons.length === 0 && this.#judged === 0;
    if (isUnknown) reasons.push('no progress was shown');
    return {
      valid: isUnknown ? 'unknown' : reasons.length === 0,
      reasons,
      durationMs,
      polls: { ...this.#polls },
      changes: this.#changes,
      judged: this.#judged,
      referenceReads: { ...this.#referenceReads },
      latencyMs: quantilesOf(this.#latency),
      stalenessMs: quantilesOf(this.#staleness),
      reversions: { ...this.#reversions },
      examples: this.#examples,
      open,
    };
  }

  #violations(open: readonly OpenReversion[]): string[] {
    const count = this.#reversions['monotonic-view'] + this.#reversions['monotonic-commits'];
    const reasons = count === 0 ? [] : [`${count} ${count === 1 ? 'reversion' : 'reversions'}`];
    const left = open.filter(isPromise).length;
    return left === 0 || count > 0 ? reasons : [`${left} open from before`];
  }

  #brokenBounds({ max_staleness_ms: staleness, min_availability: availability }: CanarySettings): string[] {
    const reasons: string[] = [];
    if (staleness !== undefined && this.#staleness.max > staleness) {
      reasons.push(`an answer was ${Math.round(this.#staleness.max)} ms stale, more than ${staleness} ms`);
    }
    const polls = Object.values(this.#polls).reduce((sum, each) => sum + each, 0);
    const share = polls === 0 ? 1 : this.#polls.ok / polls;
    if (availability !== undefined && share < availability) {
      reasons.push(`${this.#polls.ok} of ${polls} polls were answered, fewer than ${percent(availability)}`);
    }
    return reasons;
  }
}

/** What a page does not show breaks no promise to its user. */
export function isPromise({ property }: { property: CanaryProperty }): boolean {
  return property !== 'monotonic-reads';
}

function quantilesOf(estimate: QuantileEstimate): { p50: number; p99: number; max: number } | undefined {
  const [p50, p99] = [estimate.quantile(0.5), estimate.quantile(0.99)];
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99, max: estimate.max };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
