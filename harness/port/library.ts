/**
 * The port of the client libraries: what a page shows is what the cache of the library holds, and its fetches are reads of
 * the status route.
 */
import type { LibraryPlan } from '../plan/library-plan.ts';
import type { ObservedProgress } from './subject.ts';

/** What a library caches. */
export interface CachedProgress {
  readonly value: ObservedProgress;
  /** The ordinal of the request that brought it, see `Arrival`. */
  readonly ordinal: number;
  /** The event of the history that contains it. */
  readonly by: 'read' | 'receive';
  readonly index: number;
  /** When it arrived, in milliseconds since the start of the run. */
  readonly atMs: number;
}

export interface LibraryTools {
  readonly settings: LibraryPlan;
  /** The key of the cache. */
  readonly key: string;
  /** Milliseconds between two fetches, once it fetches at intervals. */
  readonly everyMs: number;
  /** What outlives the page, like the local storage of a browser. */
  readonly storage: Map<string, unknown>;
  /** Fetches the progress. Rejects if the read fails; an abort ends the read. */
  fetch(signal?: AbortSignal): Promise<CachedProgress>;
  /** Tells the other tabs of the browser what has been fetched. */
  tell(cached: CachedProgress): void;
  /** Shows what the cache holds, each time that it changes. */
  show(cached: CachedProgress): void;
  /** Resolves after a time, or when the page is closed. */
  sleep(milliseconds: number): Promise<void>;
}

/** How a page asks anew: it joins a fetch under way, or cancels it and fetches again. */
export type Refetch = 'join' | 'cancel-and-refetch';

/** One page load. */
export interface LibraryView {
  /** Resolves when the fetch has ended. Never rejects. */
  refetch(how: Refetch): Promise<void>;
  /** Cancels the fetch under way. */
  cancel(): void;
  /** Puts in the cache what was pushed to the page. */
  set(cached: CachedProgress): void;
  /** Takes over what another tab has fetched. */
  takeOver(cached: CachedProgress): void;
  /** Fetches at intervals. */
  start(): void;
  /** Fetches no more at intervals. */
  stop(): void;
  /** Leaves no timer and no subscription behind. */
  close(): void;
}

export interface ClientLibrary {
  /** In a sentence after "the": `query cache`. */
  readonly cacheName: string;
  open(tools: LibraryTools): LibraryView;
}
