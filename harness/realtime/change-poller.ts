/**
 * Reads the changes in batches, as the poller of `postgres_cdc_rls` does: subscriptions, policies and filters are judged
 * when a batch is read, not when it was committed. Source: supabase/realtime, `extensions/postgres_cdc_rls`.
 */
import { mapMaybe, type MaybePromise } from '../maybe-promise.ts';
import type { ChangeFeed, ChangeTransaction, RowChange, SlotState } from '../port/stream.ts';

/** Passes a change to every subscription that it is for. Resolves to the number of frames. */
export type Deliver = (change: RowChange, transaction: ChangeTransaction) => MaybePromise<number>;

export interface PollerOptions {
  feed: ChangeFeed;
  deliver: Deliver;
  onSlot?(state: SlotState): void;
  nowMs(): number;
  later(milliseconds: number, run: () => void): void;
  /** Numbers in [0, 1). */
  random(): number;
}

/** Complete transactions are read until they have this many changes. */
const BATCH_CHANGES = 100;
const IDLE_MS = 500;
const AFTER_IRRELEVANT_MS = { min: 150, max: 200 };
/** The rate limit, `max_events_per_second`, is an average over a minute. */
const EVENTS_PER_SECOND_MAX = 100;
const WINDOW_MS = 60_000;

export class ChangePoller {
  readonly #options: PollerOptions;
  #pending: ChangeTransaction[] = [];
  #stop: (() => void) | undefined;
  #lastPollMs = 0;
  /** What was committed before is not in the slot; the feed may report it later. */
  #slotSinceMs = 0;
  #isScheduled = false;
  #lostSlots = 0;
  #window = { startMs: 0, events: 0 };

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Creates the slot, if there is none: what was committed before is not read. */
  start(): void {
    if (this.#stop !== undefined) return;
    this.#lastPollMs = this.#options.nowMs();
    this.#slotSinceMs = this.#lastPollMs;
    this.#stop = this.#options.feed.follow(
      (transaction) => this.#committed(transaction),
      (state) => {
        // Of a primary that is lost, nothing more is read.
        this.#pending = [];
        this.#options.onSlot?.(state);
      },
    );
  }

  /** What is pending, and what is committed until the returned function is called, is never read. */
  loseSlot(): () => void {
    this.#lostSlots += 1;
    this.#pending = [];
    let isLost = true;
    return () => {
      if (!isLost) return;
      isLost = false;
      this.#lostSlots -= 1;
      this.#slotSinceMs = this.#options.nowMs();
    };
  }

  stop(): void {
    this.#stop?.();
    this.#pending = [];
  }

  #committed(transaction: ChangeTransaction): void {
    if (this.#lostSlots > 0 || transaction.committedAtMs < this.#slotSinceMs) return;
    this.#pending.push(transaction);
    if (this.#isScheduled) return;
    // Without changes, a poll every 500 ms finds nothing: only the next one is scheduled.
    const sinceMs = this.#options.nowMs() - this.#lastPollMs;
    this.#schedule(IDLE_MS - (sinceMs % IDLE_MS));
  }

  #schedule(milliseconds: number): void {
    this.#isScheduled = true;
    this.#options.later(milliseconds, () => {
      const polled = mapMaybe(this.#poll(), (frames) => this.#next(frames));
      if (polled instanceof Promise) polled.catch(() => this.#next(0));
    });
  }

  #poll(): MaybePromise<number> {
    this.#lastPollMs = this.#options.nowMs();
    const batch: ChangeTransaction[] = [];
    for (let changes = 0; changes < BATCH_CHANGES && this.#pending.length > 0;) {
      const transaction = this.#pending.shift()!;
      changes += transaction.changes.length;
      batch.push(transaction);
    }
    const changes = batch.flatMap((transaction) => transaction.changes.map((change) => ({ change, transaction })));
    return this.#isOverLimit(changes.length) ? 0 : this.#deliver(changes, 0, 0);
  }

  #deliver(
    changes: readonly { change: RowChange; transaction: ChangeTransaction }[],
    from: number,
    sent: number,
  ): MaybePromise<number> {
    let frames = sent;
    for (let at = from; at < changes.length; at += 1) {
      const { change, transaction } = changes[at]!;
      const delivered = this.#options.deliver(change, transaction);
      if (delivered instanceof Promise) return delivered.then((more) => this.#deliver(changes, at + 1, frames + more));
      frames += delivered;
    }
    return frames;
  }

  /** A batch beyond the limit is dropped, and no client is told. */
  #isOverLimit(events: number): boolean {
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#window.startMs >= WINDOW_MS) this.#window = { startMs: nowMs, events: 0 };
    this.#window.events += events;
    return this.#window.events > (EVENTS_PER_SECOND_MAX * WINDOW_MS) / 1e3;
  }

  #next(frames: number): void {
    this.#isScheduled = false;
    if (this.#pending.length === 0) return;
    const { min, max } = AFTER_IRRELEVANT_MS;
    this.#schedule(frames > 0 ? 0 : min + (max - min) * this.#options.random());
  }
}
