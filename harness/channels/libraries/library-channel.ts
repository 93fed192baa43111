/** A client library in front of a channel: the page shows what the cache of the library holds. */
import type { LibraryPlan } from '../../plan/library-plan.ts';
import type {
  ChannelName,
  Arrival,
  Channel,
  ChannelPlan,
  ChannelSurroundings,
  OpenChannel,
} from '../../port/channel.ts';
import type { CachedProgress, ClientLibrary, LibraryView, Refetch } from '../../port/library.ts';
import type { ObservedProgress } from '../../port/subject.ts';
import { openPoll } from '../poll.ts';
import { openStreamThrough } from '../subscribe.ts';
import { libraryNamed } from './library-registry.ts';

/** @param channel what the library is in front of: its fetches take the place of the channel's reads */
export function openLibrary(channel: ChannelName, settings: LibraryPlan): OpenChannel {
  const open: OpenChannel = (plan, surroundings) => new LibraryChannel(plan, surroundings, settings);
  return channel === 'poll' ? open : openStreamThrough(channel, open);
}

class LibraryChannel implements Channel {
  readonly #plan: ChannelPlan;
  readonly #surroundings: ChannelSurroundings;
  readonly #settings: LibraryPlan;
  readonly #library: ClientLibrary;
  readonly #fetches = new Map<Channel, Promise<void>>();
  /** What has arrived and was not shown yet. */
  readonly #fresh = new WeakSet<CachedProgress>();
  readonly #closed = new AbortController();
  #view: LibraryView | undefined;

  constructor(plan: ChannelPlan, surroundings: ChannelSurroundings, settings: LibraryPlan) {
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.#settings = settings;
    this.#library = libraryNamed(settings.name);
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#opened()?.start();
    const ended = Promise.withResolvers<void>();
    for (const each of [signal, this.#closed.signal]) {
      if (each.aborted) ended.resolve();
      else each.addEventListener('abort', () => ended.resolve(), { once: true });
    }
    await ended.promise;
    this.#view?.stop();
    await this.#settled();
  }

  /** The user comes back to the page, or loads it. */
  async look(): Promise<void> {
    await this.refetch('cancel-and-refetch');
  }

  async refetch(how: Refetch): Promise<void> {
    await this.#opened()?.refetch(how);
    await this.#settled();
  }

  push(value: ObservedProgress, { ordinal, by, index }: Arrival): void {
    this.#opened()?.set(this.#arrived({ value, ordinal, by, index }));
  }

  cancel(): void {
    this.#view?.cancel();
  }

  close(reason: string): void {
    this.#unmount();
    for (const fetch of this.#fetches.keys()) fetch.close(reason);
    this.#fetches.clear();
  }

  async leave(): Promise<void> {
    await this.#settled();
    this.#unmount();
  }

  #unmount(): void {
    this.#closed.abort();
    this.#view?.close();
    this.#view = undefined;
  }

  /** The page of the library, which fetches as soon as it is opened; `undefined` if it is closed. */
  #opened(): LibraryView | undefined {
    if (this.#view !== undefined || this.#closed.signal.aborted) return this.#view;
    const { clock, broadcast, storage } = this.#surroundings;
    const { story: key, every_ms: everyMs } = this.#plan;
    const settings = this.#settings;
    if (settings.name === 'query-core' && settings.broadcasts) {
      broadcast.listen(key, this.#closed.signal, (from, value) => this.#told(from, value));
    }
    this.#view = this.#library.open({
      settings,
      key,
      everyMs,
      storage,
      fetch: (signal) => this.#fetch(signal),
      tell: ({ value }) => broadcast.tell(this.#plan.session, key, value),
      show: (cached) => this.#show(cached),
      sleep: (milliseconds) => clock.sleep(milliseconds, this.#closed.signal),
    });
    return this.#view;
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#fetches.values());
    // The library tells its page in a later task.
    await this.#surroundings.clock.sleep(SETTLE_MS);
  }

  #fetch(signal?: AbortSignal): Promise<CachedProgress> {
    return new Promise((resolve, reject) => {
      const poll: Channel = openPoll(this.#plan, {
        ...this.#surroundings,
        listener: {
          value: (value, { ordinal, by, index }) => {
            resolve(this.#arrived({ value, ordinal, by, index }));
          },
          failed: (reason) => reject(new Error(reason)),
        },
      });
      signal?.addEventListener('abort', () => poll.close('the page cancelled its request'), { once: true });
      const look = poll.look().finally(() => this.#fetches.delete(poll));
      this.#fetches.set(poll, look);
    });
  }

  /** Another tab has fetched a value. */
  #told(from: string, value: ObservedProgress): void {
    const { session } = this.#plan;
    if (from === session) return;
    const ordinal = this.#surroundings.tab.nextOrdinal();
    const index = this.#received(value, { served_by: from });
    this.#view?.takeOver(this.#arrived({ value, ordinal, by: 'receive', index }));
  }

  #arrived(arrived: Omit<CachedProgress, 'atMs'>): CachedProgress {
    const cached = { ...arrived, atMs: this.#nowMs() };
    this.#fresh.add(cached);
    return cached;
  }

  /** A value that is shown again, or that was stored with an earlier page, comes from the cache. */
  #show(cached: CachedProgress): void {
    const { listener } = this.#surroundings;
    const { value, ordinal, by, index, atMs } = cached;
    if (this.#fresh.delete(cached)) return listener.value(value, { ordinal, by, index });
    const ageMs = Math.round(this.#nowMs() - atMs);
    const source = this.#received(value, { served_by: this.#library.cacheName, age_ms: ageMs });
    listener.value(value, { ordinal, by: 'receive', index: source });
  }

  #received(value: ObservedProgress, source: { served_by: string; age_ms?: number }): number {
    const { session, story: key } = this.#plan;
    const process = `${session}/cache`;
    return this.#surroundings.recorder.record({
      process,
      session,
      type: 'ok',
      f: 'receive',
      key,
      value: { ...value },
      ...source,
    }).index;
  }

  #nowMs(): number {
    return this.#surroundings.clock.now() / 1e6;
  }
}

const SETTLE_MS = 5;
