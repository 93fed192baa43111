/**
 * The port to the application under test: answer a status `Request`, run a generation. The application does not depend on
 * it; an adapter (`fixtures/subjects/…`, or a user's own file) implements it.
 */

import type { TrackedTable } from './backend.ts';
import type { OpenLivePage } from './live-page.ts';
import type { DatabaseModel } from './model.ts';
import type { SessionChoice } from './session.ts';
import type { AppClock } from '../clock.ts';
import type { MaybePromise } from '../maybe-promise.ts';

/** One progress as the application reports it, in the terms of a history. */
export interface ObservedProgress {
  generation: number;
  /** 0 to 100. */
  progress: number;
  /** `completed`, `failed` or another word of the application. */
  status?: string;
}

/** The value of a key column. A bigint beyond 2^53 is given as a `bigint` or as text. */
export type KeyValue = string | number | bigint;
/** The key of a row: the value of its column, or column → value of a composite key. */
export type Key = KeyValue | Readonly<Record<string, KeyValue>>;

/** Summary of all values that a page received, shown or not. */
export interface SeenProgress {
  /** The latest value that is not older than the one before it: by generation, progress and end, as properties compare. */
  greatest: ObservedProgress;
  /** Ignores generations, as naive front ends do. */
  greatestNumber: number;
}

/**
 * How a page decides which values it shows. Called once for every page load; returns a function with its own state, which
 * is lost with the page.
 */
export type DisplayPolicy = () => Display;

/**
 * Called for every value in the order of arrival. `ordinal` numbers the requests that the values answer: a value that
 * arrives late has a smaller ordinal than an earlier one. Returns whether the value is shown, or the progress that is
 * shown instead, which the properties judge too: an invented progress violates `integrity`.
 */
export type Display = (value: ObservedProgress, arrival: { readonly ordinal: number }) => boolean | ObservedProgress;

/** How the application's own front end polls and displays; a plan may override either. */
export interface FrontEnd {
  /** The query of the status URL, given what the page has seen (`undefined`: nothing yet). */
  query(seen: SeenProgress | undefined): Record<string, string>;
  /** `as-arrived`: shows every value; `high-water`: shows no smaller or older value; or the front end's own policy. */
  display: 'as-arrived' | 'by-version' | 'high-water' | DisplayPolicy;
  /** How the page uses Realtime, in a tab whose channel has a stream. Default: see docs/REALTIME.md. */
  live?: OpenLivePage;
}

/** What the adapter receives to run one generation of a story. */
export interface GenerationJob {
  /** The name of the story in the plan; for the application's own functions, the text of its key. */
  story: string;
  /** The progress of each step, ascending, e.g. `[10, 40, 85, 100]`. */
  steps: readonly number[];
  /** How the generation ends after its last step. */
  outcome: 'completed' | 'failed' | 'abandoned';
  /**
   * To be called with the number of the generation, when the application has started it. Without a number, it is taken
   * from the commits that follow, or is 1 if the tracked table has no column for it.
   */
  started(generation?: number): void;
  /** The slow part (the language model): resolves when step `index` is done according to the plan. */
  work(index: number): Promise<void>;
  /**
   * For an application that only accepts the generation and works on its own: resolves when the commits show that the
   * generation has ended, by its status or by 100%; without commits, when an answer of the status route shows it. Rejects
   * if nothing changes for a long time.
   */
  ended(): Promise<void>;
}

/** One instance of the application, with its own module state, like a serverless instance. */
export interface AppInstance {
  /** The status endpoint. Rejects only if the application itself throws. */
  status(request: Request, story: string): Promise<Response>;
  /** Runs a generation to its end. Rejects if the application gives up on it. */
  generate(job: GenerationJob): Promise<void>;
  close?(): Promise<void>;
  /** Where its server answers, without a path: tabs in other programs poll it there. */
  readonly url?: string;
  /** Its generations have steps of their own, at times of their own; the steps of a plan are not passed on. */
  readonly hasOwnSteps?: true;
  /** Ends it like SIGKILL: its code sends no further request. Required for the capability `instance-restart`. */
  kill?(): Promise<void>;
}

/** A cache in front of the `fetch` of an application's instance. */
export interface FetchCache {
  /** Answers a request of the application to Supabase, or sends it. */
  fetch(
    input: Parameters<typeof globalThis.fetch>[0],
    init: Parameters<typeof globalThis.fetch>[1],
    send: typeof globalThis.fetch,
  ): Promise<Response>;
  /** Runs the answer to one request to the application. */
  inRequest<T>(task: () => T): T;
}

export type SubjectCapability =
  /** Its instances send their requests through `SubjectEnvironment.fetchCache`. */
  | 'data-cache'
  /** Its instances take the date from `SubjectEnvironment.clock`. */
  | 'clock-skew'
  /** Its instances have `kill`, and `createInstance` may be called again during a run. */
  | 'instance-restart'
  /** A story can be generated again: the tracked table has a column for the generation, from which this follows. */
  | 'story-rerun';

/** The configuration of an instance, as a deployment sets it. */
export interface SubjectEnvironment {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** The clock for the dates of this instance, if the plan has `clock-skew`. Only for subjects with that capability. */
  clock?: AppClock;
  /** The cache of this instance, if the plan has one at `app`. Only for subjects with the capability `data-cache`. */
  fetchCache?: FetchCache;
}

/**
 * Whether a subject is expected to withstand a scenario. A missing field means no expectation. A boolean applies to both
 * fields.
 */
export type Withstands =
  | boolean
  | {
      /** Whether the properties hold in a run of the scenario; a function if that depends on its parameters. */
      run?: boolean | ((parameters: Readonly<Record<string, number | undefined>>) => boolean | undefined);
      /** Whether *every* plan in the range of the scenario satisfies the properties. */
      explore?: boolean;
    };

/** A story of a run and the key of its row. */
export interface StoryKey {
  story: string;
  key: Key;
}

/** SQL statements, or table → rows, which are inserted in this order. */
export type SeedData = string | Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Absolute paths of the files in which a violation is to be looked for. */
export interface SourceFiles {
  /** The status route. */
  readonly status?: string;
  /** The route that starts a generation. */
  readonly start?: string;
}

/** How a running application is asked for a row that exists already, by its key. */
export interface SubjectRequests {
  /** Path and query of the status endpoint. */
  statusPath(key: Key): string;
  /** The request that starts a generation, if the application has such a route. */
  start?(key: Key): { path: string; method: string; headers?: Readonly<Record<string, string>>; body?: string };
}

export interface Subject {
  /** Kebab-case; the argument of `--subject`. */
  name: string;
  /** One line for `ratchet list`. */
  description: string;
  tracked: TrackedTable;
  /** Absolute paths of SQL files, or of folders of them (applied in name order). */
  migrations: readonly string[];
  /** A model of the database that the migrations create: a faster simulation. By default, the migrations themselves. */
  simulation?: DatabaseModel;
  /** The key of the story's row. The same in every run, and another one for each story. */
  keyOf(story: string): Key;
  /** The contents of tables that the rows of the stories refer to. Inserted before those rows. */
  seed?(stories: readonly StoryKey[]): MaybePromise<SeedData>;
  /** Creates the row of a story that a plan names. Column → value; the key is added. */
  storyRow(story: string): Record<string, unknown>;
  /** Path and query of the status endpoint; `/api/stories/:story/status` by default. */
  statusPath?(story: string): string;
  /** For `ratchet watch`. Without it, the key of a row is taken for the name of a story. */
  requests?: SubjectRequests;
  frontEnd: FrontEnd;
  /** The progress in a 200 answer of the status endpoint; `undefined` if the body holds none. */
  readStatus(body: unknown): ObservedProgress | undefined;
  /** Who is signed in; nobody by default. */
  session?: SessionChoice;
  /** Scenario → expectation. It does not change verdicts: `ratchet` reports whether a verdict was expected. */
  withstands?: Readonly<Record<string, Withstands>>;
  /** Capabilities that faults need. A plan that needs a missing capability is rejected. */
  capabilities?: readonly SubjectCapability[];
  /**
   * The URL of an application that is already running, and has its own Supabase. Only backends that connect to what is
   * running can test it.
   */
  runsAt?: string;
  /** It runs in processes of its own, which have real time: no backend in virtual time can test it. */
  isServer?: true;
  /** Named by annotations of code; not needed for a run. */
  sources?: SourceFiles;
  createInstance(environment: SubjectEnvironment): Promise<AppInstance>;
}
