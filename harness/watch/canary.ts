/** Looks at a running application as a few users do, for any length of time, and judges what they see as it comes. */
import { RatchetError } from '../errors.ts';
import type { TrackedTable } from '../port/backend.ts';
import type { DisplayPolicy, Key } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';
import { CanaryJudge, type CanaryJudgeOptions, type CanaryView } from './canary-judge.ts';
import type { OpenReversion } from './canary-memory.ts';
import type { CanarySettings } from './canary-settings.ts';
import { CanaryTab } from './canary-tab.ts';
import type { CanarySummary } from './canary-tally.ts';
import { backOffMs, PolitePace } from './polite-pace.ts';
import type { ReferenceApi } from './reference-api.ts';
import type { SubscribedPage, SubscribedPages } from './subscribed-pages.ts';
import { reasonOf, type PollAnswer, type WatchedApp } from './watched-app.ts';

export interface CanaryOptions extends CanaryJudgeOptions {
  app: Pick<WatchedApp, 'pathOf' | 'poll' | 'start'>;
  tracked: TrackedTable;
  display: DisplayPolicy;
  /** The reads of the primary, if its API is known. */
  reference: Pick<ReferenceApi, 'read' | 'newest'> | undefined;
  /** Pages that subscribe, if the API is known. */
  pages: Pick<SubscribedPages, 'open'> | undefined;
  settings: CanarySettings;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

/** How often the state is saved if nothing happens. */
const SAVE_EVERY_MS = 10_000;
/** How often a failure of a kind of request is told. */
const TELL_EVERY_MS = 60_000;
const TIMER_MS_MAX = 86_400_000;
/** How often it is seen which subscriptions are in effect; one has this long to begin, or to begin again. */
const SUBSCRIPTIONS_EVERY_MS = 15_000;

type Loop = (signal: AbortSignal) => Promise<void>;

/** A request that is no poll, and is repeated. */
interface RepeatedRequest {
  /** In plural, for messages. */
  what: string;
  everyMs(): number;
  act(limits: { limitMs: number; signal: AbortSignal }): Promise<void>;
  failed?(): void;
}

export class Canary {
  readonly #options: CanaryOptions;
  readonly #judge: CanaryJudge;
  readonly #pace: PolitePace;
  readonly #loops = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  /** By kind of request: whether it was told to fail, and when that was told. */
  readonly #told = new Map<string, { isFailing: boolean; at: number }>();
  readonly #pages = new Set<SubscribedPage>();
  readonly #end = new AbortController();
  #settings: CanarySettings;
  #newest: readonly Key[] = [];
  #failure: unknown;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#judge = new CanaryJudge(options);
    this.#pace = new PolitePace(options.clock, options.settings.requests_per_second_max);
  }

  get open(): OpenReversion[] {
    return this.#judge.open;
  }

  /**
   * Resolves after `signal` has aborted, or `durationMs` have passed, and every request has ended.
   * @throws EnvironmentError if the state cannot be saved, or the display policy of the subject throws
   */
  async run(signal: AbortSignal, durationMs = Infinity): Promise<CanarySummary> {
    const end = (): void => this.#end.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    this.#judge.save();
    this.#update();
    await this.#ended(durationMs);
    end();
    signal.removeEventListener('abort', end);
    await Promise.all([...this.#loops.values()].map(({ stop, ended }) => (stop.abort(), ended)));
    if (this.#failure !== undefined) throw this.#failure;
    this.#judge.save();
    return this.#judge.summary(this.#settings);
  }

  /** A timer cannot be longer than 24 days. */
  async #ended(durationMs: number): Promise<void> {
    const { clock } = this.#options;
    const endsAt = clock.now() + durationMs * 1e6;
    for (let left = durationMs; left > 0 && !this.#end.signal.aborted; left = (endsAt - clock.now()) / 1e6) {
      await clock.sleep(Math.min(left, TIMER_MS_MAX), this.#end.signal);
    }
  }

  /** From now on, these settings apply. What is watched further is remembered. */
  reload(settings: CanarySettings): void {
    this.#settings = settings;
    this.#pace.setRate(settings.requests_per_second_max);
    this.#update();
  }

  /** Begins the loops of what is watched, ends those of what is not, and forgets what they knew. */
  #update(): void {
    const keys = this.#watchedKeys();
    const sessions = Array.from({ length: this.#settings.sessions }, (_, at) => `session-${at + 1}`);
    const wanted = new Map(this.#loopsFor(keys, sessions));
    for (const [name, { stop }] of this.#loops) {
      if (wanted.has(name)) continue;
      stop.abort();
      this.#loops.delete(name);
    }
    const areKnown = this.#settings.newest === undefined || this.#newest.length > 0;
    if (areKnown)
      this.#judge.keep(({ session, key }) => keys.has(key) && (session === undefined || sessions.includes(session)));
    for (const [name, loop] of wanted) if (!this.#loops.has(name)) this.#begin(name, loop);
  }

  /** By their texts. */
  #watchedKeys(): Map<string, Key> {
    const { keys, start, newest } = this.#settings;
    const all = [...keys, ...(start === undefined ? [] : [start.key]), ...(newest === undefined ? [] : this.#newest)];
    return new Map(all.map((key) => [keyText(key, this.#options.tracked), key]));
  }

  *#loopsFor(keys: ReadonlyMap<string, Key>, sessions: readonly string[]): Generator<[name: string, Loop]> {
    for (const [text, key] of keys) {
      for (const session of sessions)
        yield [JSON.stringify([session, text, this.#settings.channel]), (signal) => this.#watch(session, key, signal)];
      if (this.#options.reference !== undefined)
        yield [JSON.stringify([text]), (signal) => this.#follow(text, key, signal)];
    }
    if (this.#settings.newest !== undefined) yield ['newest', (signal) => this.#findNewest(signal)];
    if (this.#settings.start !== undefined) yield ['start', (signal) => this.#startAgain(signal)];
    yield ['state', (signal) => this.#saveAgain(signal)];
    if (this.#options.pages !== undefined) yield ['subscriptions', (signal) => this.#countSubscriptions(signal)];
  }

  #begin(name: string, loop: Loop): void {
    if (this.#end.signal.aborted) return;
    const stop = new AbortController();
    const ended = loop(stop.signal).catch((error: unknown) => this.#fail(error));
    this.#loops.set(name, { stop, ended });
  }

  /** One session looks at one key. */
  async #watch(session: string, key: Key, signal: AbortSignal): Promise<void> {
    const { app, tracked, display, clock, random } = this.#options;
    const view = { session, key: keyText(key, tracked), tab: new CanaryTab(display()), path: app.pathOf(key) };
    await clock.sleep(random() * this.#settings.every_ms, signal);
    if (signal.aborted) return;
    const page = this.#subscribe(view, key, signal);
    if (page?.polls !== false) return this.#pollAgain(view, signal);
    await aborted(signal);
  }

  /** The page of a channel with a stream, which is closed when `signal` aborts. */
  #subscribe(view: PolledView, key: Key, signal: AbortSignal): SubscribedPage | undefined {
    const { pages } = this.#options;
    const { channel, every_ms: everyMs } = this.#settings;
    if (channel === 'poll' || pages === undefined) return undefined;
    const { session } = view;
    const page = pages.open(
      channel,
      { session, key, everyMs },
      {
        pushed: (value) => {
          if (!signal.aborted) this.#unlessFailed(() => this.#judge.pushed(value, view));
        },
        refetch: oneWaiting(async (begins) => {
          const answer = await this.#poll(view, signal, begins).catch((error: unknown) => this.#fail(error));
          if (answer !== undefined) this.#heed(answer, answer.outcome === 'ok' ? 0 : 1);
        }),
        unsigned: (error) => this.#tell('access tokens', reasonOf(error)),
      },
    );
    this.#pages.add(page);
    signal.addEventListener('abort', () => this.#leave(page), { once: true });
    return page;
  }

  #leave(page: SubscribedPage): void {
    this.#pages.delete(page);
    page.close();
  }

  async #pollAgain(view: PolledView, signal: AbortSignal): Promise<void> {
    let failures = 0;
    for (;;) {
      const answer = await this.#poll(view, signal);
      if (answer === undefined) return;
      failures = answer.outcome === 'ok' ? 0 : failures + 1;
      this.#heed(answer, failures);
      const pauseMs = Math.max(this.#settings.every_ms, failures === 0 ? 0 : backOffMs(failures));
      await this.#options.clock.sleep(this.#jittered(pauseMs), signal);
    }
  }

  /**
   * Asks for the status when its turn comes.
   * @param begins called then
   * @returns the answer, `undefined` if `signal` has aborted
   */
  async #poll(
    view: PolledView,
    signal: AbortSignal,
    begins: () => void = () => undefined,
  ): Promise<PollAnswer | undefined> {
    const { app, clock } = this.#options;
    await this.#pace.turn(signal);
    begins();
    if (signal.aborted) return undefined;
    const { session, key, tab, path } = view;
    const { headers, timeout_ms: limitMs } = this.#settings;
    const beganAt = clock.now();
    const ordinal = tab.nextOrdinal();
    const seen = this.#judge.seenBy(session, key);
    const answer = await app.poll(path, { session, seen, headers, limitMs, signal });
    if (signal.aborted) return undefined;
    this.#judge.polled(answer, { ...view, ordinal, beganAt, endedAt: clock.now() });
    return answer;
  }

  async #countSubscriptions(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#options.clock.sleep(SUBSCRIPTIONS_EVERY_MS, signal);
      if (signal.aborted) return;
      const all = this.#pages.size;
      const joined = [...this.#pages].filter((page) => page.isJoined()).length;
      this.#options.metrics.subscriptions({ joined, broken: all - joined });
      this.#tell('subscriptions', joined === all ? undefined : `${all - joined} of ${all} are not in effect`);
    }
  }

  #unlessFailed(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ratchet itself has failed: the canary ends. */
  #fail(error: unknown): undefined {
    this.#failure ??= error;
    this.#end.abort();
  }

  /** Tells of a failure, and grants the pause that the server asks for. */
  #heed(answer: PollAnswer, failures: number): void {
    if (answer.outcome === 'ok') return this.#tell('polls', undefined);
    this.#tell('polls', answer.error);
    if (answer.retryAfterMs !== undefined) this.#pace.pause(answer.retryAfterMs);
    else if (answer.outcome === 'throttled') this.#pace.pause(backOffMs(failures));
  }

  /** Reads what the primary holds. */
  #follow(text: string, key: Key, signal: AbortSignal): Promise<void> {
    const { reference, clock } = this.#options;
    return this.#repeat(signal, {
      what: 'reference reads',
      everyMs: () => this.#settings.reference_every_ms,
      act: async (limits) => {
        const beganAt = clock.now();
        const value = await reference?.read(key, limits);
        if (!signal.aborted) this.#judge.referenceRead(text, value, { beganAt, endedAt: clock.now() });
      },
      failed: () => this.#judge.referenceFailed(),
    });
  }

  #findNewest(signal: AbortSignal): Promise<void> {
    return this.#repeat(signal, {
      what: 'reads of the newest rows',
      everyMs: () => this.#settings.newest?.every_ms ?? 0,
      act: async (limits) => {
        const { newest } = this.#settings;
        const found = newest === undefined ? undefined : await this.#options.reference?.newest(newest, limits);
        if (signal.aborted || found === undefined) return;
        this.#newest = found;
        this.#update();
      },
    });
  }

  #startAgain(signal: AbortSignal): Promise<void> {
    return this.#repeat(signal, {
      what: 'starts',
      everyMs: () => this.#settings.start?.every_ms ?? 0,
      act: async (limits) => {
        const { start, headers } = this.#settings;
        if (start !== undefined) await this.#options.app.start(start.key, { session: 'session-1', headers, ...limits });
      },
    });
  }

  async #saveAgain(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#options.clock.sleep(SAVE_EVERY_MS, signal);
      if (signal.aborted) return;
      this.#judge.save();
    }
  }

  /** At an interval, and more rarely after failures. Failures of Ratchet itself end the canary. */
  async #repeat(signal: AbortSignal, { what, everyMs, act, failed }: RepeatedRequest): Promise<void> {
    let failures = 0;
    for (;;) {
      await this.#pace.turn(signal);
      if (signal.aborted) return;
      try {
        await act({ limitMs: this.#settings.timeout_ms, signal });
        failures = 0;
      } catch (error) {
        if (error instanceof RatchetError) throw error;
        failures += 1;
        failed?.();
        this.#tell(what, reasonOf(error));
      }
      if (signal.aborted) return;
      if (failures === 0) this.#tell(what, undefined);
      const pauseMs = Math.max(everyMs(), failures === 0 ? 0 : backOffMs(failures));
      await this.#options.clock.sleep(this.#jittered(pauseMs), signal);
    }
  }

  /** Tells a failure of a kind of request, at most once a minute, and the first success after it. */
  #tell(what: string, error: string | undefined): void {
    if (this.#end.signal.aborted) return;
    const { clock, listener } = this.#options;
    const told = this.#told.get(what) ?? { isFailing: false, at: -Infinity };
    const isOld = clock.now() - told.at > TELL_EVERY_MS * 1e6;
    if (error === undefined ? !told.isFailing : told.isFailing || !isOld) return;
    this.#told.set(what, { isFailing: error !== undefined, at: clock.now() });
    listener.answers(what, error);
  }

  /** From 80% to 120%, so that sessions do not ask in step. */
  #jittered(milliseconds: number): number {
    return milliseconds * (0.8 + 0.4 * this.#options.random());
  }
}

interface PolledView extends CanaryView {
  path: string;
}

/** While a call waits to begin, further ones are that call: what it will read is not older than what they ask for. */
function oneWaiting(act: (begins: () => void) => Promise<void>): () => Promise<void> {
  let waiting: Promise<void> | undefined;
  return () => (waiting ??= act(() => (waiting = undefined)));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
