/** Takes what a canary sees, and tells what follows: to the metrics, to the listener, to the state and to the summary. */
import type { Clock } from '../clock.ts';
import type { ObservedProgress, SeenProgress } from '../port/subject.ts';
import {
  CANARY_PROPERTIES,
  CanaryMemory,
  type ArrivedValue,
  type CanaryProperty,
  type Conclusion,
  type OpenReversion,
  type Reversion,
} from './canary-memory.ts';
import type { CanaryMetrics } from './canary-metrics.ts';
import type { CanarySettings } from './canary-settings.ts';
import type { CanaryState } from './canary-state.ts';
import type { CanaryTab } from './canary-tab.ts';
import { CanaryTally, isPromise, type CanarySummary } from './canary-tally.ts';
import type { PollAnswer } from './watched-app.ts';

/** What happens, as it happens. */
export interface CanaryListener {
  reverted(reversion: Reversion): void;
  recovered(open: OpenReversion): void;
  /** A kind of request begins to fail, or succeeds again: `error` is `undefined` then. */
  answers(what: string, error: string | undefined): void;
}

export interface CanaryJudgeOptions {
  /** The URL of the application. */
  target: string;
  before: CanaryState | undefined;
  clock: Clock;
  /** The wall-clock time. */
  date(): Date;
  metrics: CanaryMetrics;
  listener: CanaryListener;
  save(state: CanaryState): void;
}

/** A session looks at the row of a key. */
export interface CanaryView {
  session: string;
  key: string;
  tab: CanaryTab;
}

/** A poll of a session. The times are nanoseconds of the clock. */
export interface CanaryPoll extends CanaryView {
  /** Of the request, see `CanaryTab`. */
  ordinal: number;
  beganAt: number;
  endedAt: number;
}

/** Who served a value that was pushed. */
const PUSHED = { via: 'realtime' };

export class CanaryJudge {
  readonly #options: CanaryJudgeOptions;
  readonly #memory: CanaryMemory;
  readonly #tally = new CanaryTally();
  readonly #totals: Record<CanaryProperty, number>;
  readonly #startedAt: number;

  constructor(options: CanaryJudgeOptions) {
    const { before, clock, metrics } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#memory = new CanaryMemory(before?.memory);
    this.#totals = { 'monotonic-view': 0, 'monotonic-reads': 0, 'monotonic-commits': 0, ...before?.reversions };
    // The counters go on where they were, so that what happened just before a restart is an increase.
    for (const property of CANARY_PROPERTIES) metrics.reverted(property, this.#totals[property]);
    this.#countOpen();
  }

  get open(): OpenReversion[] {
    return this.#memory.open.filter(isPromise);
  }

  seenBy(session: string, key: string): SeenProgress | undefined {
    return this.#memory.seenBy(session, key);
  }

  keep(isKept: (of: { session?: string | undefined; key: string }) => boolean): void {
    this.#memory.keep(isKept);
    this.#countOpen();
  }

  /** @throws EnvironmentError if the display policy throws, or the state cannot be saved */
  polled(answer: PollAnswer, { session, key, tab, ordinal, beganAt, endedAt }: CanaryPoll): void {
    const { metrics, date } = this.#options;
    this.#tally.polled(answer.outcome, (endedAt - beganAt) / 1e6);
    metrics.polled(answer.outcome, (endedAt - beganAt) / 1e9);
    if (answer.outcome !== 'ok') return;
    const staleness = this.#memory.stalenessOf(key, answer.value, beganAt, endedAt);
    metrics.stale(staleness / 1e9);
    const read: ArrivedValue = { ...answer.value, at: date().toISOString(), evidence: answer.evidence };
    const shown = tab.show(read, ordinal);
    this.#tally.judge(shown === undefined ? 0 : 1, staleness / 1e6);
    this.#conclude(this.#memory.answered(session, key, read, shown));
  }

  /**
   * A row was pushed to a session.
   * @throws EnvironmentError as `polled`
   */
  pushed(value: ObservedProgress, { session, key, tab }: CanaryView): void {
    const { metrics, clock, date } = this.#options;
    const now = clock.now();
    const staleness = this.#memory.stalenessOf(key, value, now, now);
    metrics.changed();
    metrics.stale(staleness / 1e9);
    const arrived: ArrivedValue = { ...value, at: date().toISOString(), evidence: PUSHED };
    const shown = tab.show(arrived, tab.nextOrdinal());
    this.#tally.changed();
    this.#tally.judge(shown === undefined ? 0 : 1, staleness / 1e6);
    this.#conclude(this.#memory.pushed(session, key, arrived, shown));
  }

  /** The primary was read, or could not be. @throws EnvironmentError if the state cannot be saved */
  referenceRead(
    key: string,
    value: ObservedProgress | undefined,
    { beganAt, endedAt }: { beganAt: number; endedAt: number },
  ): void {
    this.#countReference('ok');
    if (value === undefined) return;
    this.#memory.stalenessOf(key, value, beganAt, endedAt);
    this.#conclude(this.#memory.committed(key, { ...value, at: this.#options.date().toISOString() }));
  }

  referenceFailed(): void {
    this.#countReference('error');
  }

  save(): void {
    const { target, save } = this.#options;
    save({ target, reversions: this.#totals, memory: this.#memory.save() });
  }

  summary(settings: CanarySettings): CanarySummary {
    const durationMs = (this.#options.clock.now() - this.#startedAt) / 1e6;
    return this.#tally.summary(this.open, settings, durationMs);
  }

  #conclude({ reversions, recovered }: Conclusion): void {
    const { metrics, listener } = this.#options;
    for (const reversion of reversions) {
      this.#tally.reverted(reversion);
      this.#totals[reversion.property] += 1;
      metrics.reverted(reversion.property, 1);
    }
    if (reversions.length + recovered.length === 0) return;
    this.#countOpen();
    try {
      // First of all: what was told is not forgotten, even if the process is killed at once.
      this.save();
    } finally {
      for (const reversion of worthTelling(reversions)) listener.reverted(reversion);
      for (const open of worthTelling(recovered)) listener.recovered(open);
    }
  }

  #countOpen(): void {
    const open = this.#memory.open;
    for (const name of CANARY_PROPERTIES) {
      this.#options.metrics.open(name, open.filter(({ property }) => property === name).length);
    }
  }

  #countReference(outcome: 'ok' | 'error'): void {
    this.#tally.referenceRead(outcome);
    this.#options.metrics.referenceRead(outcome);
  }
}

/** An older answer that is shown is told once, as what the user saw. */
function worthTelling<T extends { property: CanaryProperty }>(found: readonly T[]): readonly T[] {
  const promises = found.filter(isPromise);
  return promises.length > 0 ? promises : found;
}
