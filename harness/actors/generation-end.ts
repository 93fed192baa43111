/**
 * The number and the end of a generation that the application runs on its own after it has accepted it: both are taken
 * from what the database committed, or, if the backend reports no commits, from what the status route answered.
 */
import type { Clock } from '../clock.ts';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { isTerminal } from '../history/order.ts';
import { OVER } from '../recording/moments.ts';
import type { Recorder } from '../recording/recorder.ts';

/** The events that show how far a story is. */
export type EvidenceOfEnd = 'commit' | 'read';

export interface GenerationEndOptions {
  clock: Clock;
  recorder: Recorder;
  story: string;
  evidence: EvidenceOfEnd;
  /** Its number, if the application has told it. */
  generation: number | undefined;
  /** The index of the event with which the generation was started: what was there before does not count. */
  from: number;
  /** Ends every wait, without an error. */
  signal: AbortSignal;
}

/** How long the application may change nothing before the worker gives up. */
const QUIET_MS_MAX = 20_000;

export class GenerationEnd {
  readonly #options: GenerationEndOptions;
  readonly #stopFollowing: () => void;
  readonly #waiting = new Set<() => void>();
  /** Values of earlier generations are ignored. */
  readonly #generationMin: number;
  #last: ProgressValue | undefined;
  #hasEnded = false;
  #isClosed = false;
  #changedAt: number;

  constructor(options: GenerationEndOptions) {
    this.#options = options;
    const { recorder, story, from, signal, clock } = options;
    const { events } = recorder.history;
    const isStart = ({ f, type, key }: HistoryEvent): boolean => f === 'start' && type === 'ok' && key === story;
    const started = events.slice(0, from).filter(isStart);
    this.#generationMin = options.generation ?? 1 + Math.max(0, ...started.map(({ value }) => generationIn(value)));
    this.#changedAt = clock.now();
    for (const event of events.slice(from)) this.#see(event);
    this.#stopFollowing = recorder.follow((event) => this.#see(event));
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  /** Ends every wait, without an error. */
  close(): void {
    this.#isClosed = true;
    this.#stopFollowing();
    this.#wake();
  }

  /** The number of the generation, from its first value. */
  async number(): Promise<number> {
    await this.#until(() => this.#last !== undefined, 'did not begin');
    return Math.max(1, generationIn(this.#last));
  }

  /** @throws Error that says what was seen last, if nothing changes for a long time */
  async ended(): Promise<void> {
    await this.#until(() => this.#hasEnded, 'did not end');
  }

  #see({ f, type, key, value }: HistoryEvent): void {
    const { story, evidence, clock } = this.#options;
    if (f !== evidence || type !== 'ok' || key !== story || !isProgress(value)) return;
    if (generationIn(value) < this.#generationMin) return;
    if (value.progress !== this.#last?.progress || value.status !== this.#last.status) this.#changedAt = clock.now();
    this.#last = value;
    this.#hasEnded ||= isTerminal(value);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #until(isReached: () => boolean, missing: string): Promise<void> {
    const { clock } = this.#options;
    while (!isReached() && !this.#isClosed) {
      const leftMs = QUIET_MS_MAX - (clock.now() - this.#changedAt) / 1e6;
      if (leftMs <= 0) throw new Error(this.#describe(missing));
      const sleeping = new AbortController();
      const wake = (): void => sleeping.abort(OVER);
      this.#waiting.add(wake);
      await clock.sleep(leftMs, sleeping.signal);
      this.#waiting.delete(wake);
    }
  }

  #describe(missing: string): string {
    const { story, evidence } = this.#options;
    const told = evidence === 'commit' ? 'committed' : 'answered by the status route';
    const last = this.#last === undefined ? `nothing was ${told}` : `${describe(this.#last)} was ${told} last`;
    return `its generation ${missing} within ${QUIET_MS_MAX / 1e3} s: of ${story} ${last}`;
  }
}

function isProgress(value: HistoryEvent['value']): value is ProgressValue {
  return typeof value === 'object' && value !== null && 'progress' in value;
}

function generationIn(value: HistoryEvent['value']): number {
  return isProgress(value) ? (value.generation ?? 1) : 0;
}

function describe({ progress, status }: ProgressValue): string {
  return status === undefined ? `${progress}%` : `${progress}%, ${status}`;
}
