/**
 * The channels with a stream: `stream` shows what is pushed, `poll+stream` polls besides, and `stream-then-refetch` reads
 * the status route after every change. A subject whose front end has a live page uses that page in each of them.
 */
import type { Channel, ChannelPlan, ChannelSurroundings, OpenChannel } from '../port/channel.ts';
import type { Refetch } from '../port/library.ts';
import type { LivePage, OpenLivePage } from '../port/live-page.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { changesOfRow, progressOfKey } from '../tracked-values.ts';
import { readsAgain, showsRows } from './plain-pages.ts';
import { openPoll } from './poll.ts';

const STYLES = {
  stream: { page: showsRows },
  'poll+stream': { page: showsRows, polls: true },
  'stream-then-refetch': { page: readsAgain },
} as const satisfies Record<string, PageStyle>;

export const openStream: OpenChannel = channelWith('stream');
export const openPollAndStream: OpenChannel = channelWith('poll+stream');
export const openStreamThenRefetch: OpenChannel = channelWith('stream-then-refetch');

/** @param openReader opens what reads the status route for the page, and shows what is pushed: a client library */
export function openStreamThrough(channel: keyof typeof STYLES, openReader: OpenChannel): OpenChannel {
  return channelWith(channel, openReader);
}

/** @param live the page of the subject's front end, if it has one */
export function pageStyle(channel: keyof typeof STYLES, live: OpenLivePage | undefined): PageStyle {
  return live === undefined ? STYLES[channel] : { page: live };
}

/** How long the last look waits, if the plan does not say. */
const SETTLE_MS = 10_000;

export interface PageStyle {
  page: OpenLivePage;
  /** Whether the status route is polled besides what the page reads by itself. */
  polls?: true;
}

function channelWith(channel: keyof typeof STYLES, openReader: OpenChannel = openPoll): OpenChannel {
  return (plan, surroundings) =>
    new StreamChannel(plan, surroundings, pageStyle(channel, surroundings.subject.frontEnd.live), openReader);
}

class StreamChannel implements Channel {
  readonly #plan: ChannelPlan;
  readonly #surroundings: ChannelSurroundings;
  readonly #style: PageStyle;
  readonly #poll: Channel;
  readonly #refetches = new Set<Promise<void>>();
  /** The pushed values that wait for the commits before them, in order. */
  #arrivals: Promise<void> | undefined;
  #page: LivePage | undefined;
  #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #lastValue: ObservedProgress | undefined;
  /** Called when a value arrives, while the last look waits. */
  #onValue: () => void = () => undefined;

  constructor(plan: ChannelPlan, surroundings: ChannelSurroundings, style: PageStyle, openReader: OpenChannel) {
    const { listener } = surroundings;
    this.#plan = plan;
    this.#style = style;
    this.#surroundings = {
      ...surroundings,
      listener: {
        ...listener,
        value: (value, arrival) => {
          this.#lastValue = value;
          listener.value(value, arrival);
          this.#onValue();
        },
      },
    };
    this.#poll = openReader(plan, this.#surroundings);
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#open();
    const polls = this.#style.polls === true ? this.#poll.run(signal) : undefined;
    signal.addEventListener('abort', () => this.#closed.resolve(), { once: true });
    if (!signal.aborted) await this.#closed.promise;
    await polls;
    await Promise.all(this.#refetches);
    await this.#arrivals;
  }

  /** The page gets nothing but the time that its own means need: a subscription that is dead stays dead. */
  async look(): Promise<void> {
    if (this.#style.polls === true) await this.#poll.look();
    const settled = new AbortController();
    this.#onValue = () => {
      // With a reason, no error with a stack is made for it.
      if (this.#isCurrent()) settled.abort(null);
    };
    this.#onValue();
    await this.#surroundings.clock.sleep(this.#plan.settle_ms ?? SETTLE_MS, settled.signal);
    this.#leave();
    await Promise.all(this.#refetches);
    await this.#arrivals;
  }

  async refetch(how: Refetch): Promise<void> {
    await this.#poll.refetch?.(how);
  }

  cancel(): void {
    this.#poll.cancel?.();
  }

  async leave(): Promise<void> {
    await this.#poll.leave?.();
  }

  close(reason: string): void {
    this.#isClosed = true;
    this.#leave();
    this.#poll.close(reason);
    this.#closed.resolve();
  }

  #open(): void {
    const { subject, openClient } = this.#surroundings;
    const { session, story } = this.#plan;
    const supabase = openClient(session, this.#plan.heartbeat_ms);
    const page = this.#style.page({
      supabase,
      changes: changesOfRow(subject.keyOf(story), subject.tracked),
      everyMs: this.#plan.every_ms,
      refetch: () => this.#refetch(),
      received: (row, servedBy = 'primary') => this.#received(row, servedBy),
    });
    this.#page = {
      close() {
        page.close();
        void supabase.realtime.disconnect();
      },
    };
  }

  #leave(): void {
    this.#page?.close();
    this.#page = undefined;
  }

  #refetch(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const look = this.#poll.refetch?.('join') ?? this.#poll.look();
    const refetch = look.finally(() => this.#refetches.delete(refetch));
    this.#refetches.add(refetch);
    return refetch;
  }

  #received(row: Readonly<Record<string, unknown>>, servedBy: string): void {
    const { subject, tab, knownValues } = this.#surroundings;
    const { story } = this.#plan;
    if (this.#isClosed) return;
    const value = progressOfKey(row, subject.keyOf(story), subject.tracked);
    if (value === undefined) return;
    const ordinal = tab.nextOrdinal();
    const commits = knownValues.await(story, value);
    const arrives = (): void => this.#arrived(value, ordinal, servedBy);
    if (commits === undefined && this.#arrivals === undefined) return arrives();
    const arrival: Promise<void> = Promise.all([this.#arrivals, commits]).then(() => {
      if (this.#arrivals === arrival) this.#arrivals = undefined;
      arrives();
    });
    this.#arrivals = arrival;
  }

  #arrived(value: ObservedProgress, ordinal: number, servedBy: string): void {
    if (this.#isClosed) return;
    const { recorder, listener } = this.#surroundings;
    const { session, story: key } = this.#plan;
    const { index } = recorder.record({
      process: `${session}/stream`,
      session,
      type: 'ok',
      f: 'receive',
      key,
      value: { ...value },
      served_by: servedBy,
    });
    const arrival = { ordinal, by: 'receive', index } as const;
    if (this.#poll.push === undefined) listener.value(value, arrival);
    else this.#poll.push(value, arrival);
  }

  /** Whether the last value that arrived is the last one that was committed. */
  #isCurrent(): boolean {
    const latest = this.#surroundings.knownValues.latest(this.#plan.story);
    const last = this.#lastValue;
    return (
      latest !== undefined &&
      last !== undefined &&
      last.generation === latest.generation &&
      last.progress === latest.progress &&
      last.status === latest.status
    );
  }
}
