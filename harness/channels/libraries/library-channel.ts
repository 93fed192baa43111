/** A client library in front of the status route: the page shows what the cache of the library holds. */
import type { LibraryPlan } from '../../plan/library-plan.ts';
import type { Channel, ChannelPlan, ChannelSurroundings, OpenChannel } from '../../port/channel.ts';
import type { CachedProgress, ClientLibrary, LibraryView, Refetch } from '../../port/library.ts';
import { openPoll } from '../poll.ts';
import { libraryNamed } from './library-registry.ts';

export function openLibrary(settings: LibraryPlan): OpenChannel {
  return (plan, surroundings) => new LibraryChannel(plan, surroundings, settings);
}

class LibraryChannel implements Channel {
  readonly #plan: ChannelPlan;
  readonly #surroundings: ChannelSurroundings;
  readonly #settings: LibraryPlan;
  readonly #library: ClientLibrary;
  readonly #fetches = new Set<Channel>();
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
    this.#open();
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
    this.#open();
    await this.#view?.refetch('cancel-and-refetch');
    await this.#settled();
    this.#leave();
  }

  refetch(how: Refetch): void {
    void this.#view?.refetch(how);
  }

  cancel(): void {
    this.#view?.cancel();
  }

  close(reason: string): void {
    this.#leave();
    for (const fetch of this.#fetches) fetch.close(reason);
    this.#fetches.clear();
  }

  #open(): void {
    if (this.#view !== undefined || this.#closed.signal.aborted) return;
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
  }

  #leave(): void {
    this.#closed.abort();
    this.#view?.close();
    this.#view = undefined;
  }

  async #settled(): Promise<void> {
    const { clock } = this.#surroundings;
    // The library tells its page in a later task.
    await clock.sleep(SETTLE_MS);
  }

  #fetch(signal?: AbortSignal): Promise<CachedProgress> {
    return new Promise((resolve, reject) => {
      const poll: Channel = openPoll(this.#plan, {
        ...this.#surroundings,
        listener: {
          value: (value, { ordinal, by, index }) => {
            const cached = { value, ordinal, by, index, atMs: this.#nowMs() };
            this.#fresh.add(cached);
            resolve(cached);
          },
          failed: (reason) => reject(new Error(reason)),
        },
      });
      this.#fetches.add(poll);
      signal?.addEventListener('abort', () => poll.close('the page cancelled its request'), { once: true });
      void poll.look().finally(() => this.#fetches.delete(poll));
    });
  }

  /** Another tab has fetched a value. */
  #told(from: string, value: CachedProgress['value']): void {
    const { session } = this.#plan;
    if (from === session) return;
    const ordinal = this.#surroundings.tab.nextOrdinal();
    const index = this.#received(value, { served_by: from });
    const cached: CachedProgress = { value, ordinal, by: 'receive', index, atMs: this.#nowMs() };
    this.#fresh.add(cached);
    this.#view?.push(cached);
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

  #received(value: CachedProgress['value'], source: { served_by: string; age_ms?: number }): number {
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
