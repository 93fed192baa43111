/**
 * The port to the application under test: answer a status `Request`, run a generation. The application does not depend on
 * it; an adapter (`fixtures/subjects/…`, or a user's own file) implements it.
 */

import type { TrackedTable } from './backend.ts';
import type { DatabaseModel } from './model.ts';
import type { AppClock } from '../clock.ts';

/** One progress as the application reports it. */
export interface ObservedProgress {
  generation: number;
  progress: number;
  status?: string;
}

/** Summary of all values that a page received, shown or not. */
export interface SeenProgress {
  /** By `(generation, progress)`. */
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
  display: 'as-arrived' | 'high-water' | DisplayPolicy;
}

/** What the adapter receives to run one generation of a story. */
export interface GenerationJob {
  story: string;
  /** The progress of each step, ascending, e.g. `[10, 40, 85, 100]`. */
  steps: readonly number[];
  /** How the generation ends after its last step. */
  outcome: 'completed' | 'failed' | 'abandoned';
  /** To be called with the number of the generation, when the application has started it. */
  started(generation: number): void;
  /** The slow part (the language model): resolves when step `index` is done according to the plan. */
  work(index: number): Promise<void>;
}

/** One instance of the application, with its own module state, like a serverless instance. */
export interface AppInstance {
  /** The status endpoint. Rejects only if the application itself throws. */
  status(request: Request, story: string): Promise<Response>;
  /** Runs a generation to its end. Rejects if the application gives up on it. */
  generate(job: GenerationJob): Promise<void>;
  close?(): Promise<void>;
  /** Ends it like SIGKILL: its code sends no further request. Required for the capability `instance-restart`. */
  kill?(): Promise<void>;
}

export type SubjectCapability =
  /** Its instances take the date from `SubjectEnvironment.clock`. */
  | 'clock-skew'
  /** Its instances have `kill`, and `createInstance` may be called again during a run. */
  | 'instance-restart';

/** The configuration of an instance, as a deployment sets it. */
export interface SubjectEnvironment {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** The clock for the dates of this instance, if the plan has `clock-skew`. Only for subjects with that capability. */
  clock?: AppClock;
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

export interface Subject {
  /** Kebab-case; the argument of `--subject`. */
  name: string;
  /** One line for `ratchet list`. */
  description: string;
  tracked: TrackedTable;
  /** Absolute paths of SQL files, or of folders of them (applied in name order). */
  migrations: readonly string[];
  /** A model of the database that the migrations create, for the simulated backend. Without it, no simulation. */
  simulation?: DatabaseModel;
  /** Creates the row of a story that a plan names. Column → value; the key is added. */
  storyRow(story: string): Record<string, unknown>;
  frontEnd: FrontEnd;
  /** The progress in a 200 answer of the status endpoint; `undefined` if the body holds none. */
  readStatus(body: unknown): ObservedProgress | undefined;
  /** Scenario → expectation. It does not change verdicts: `ratchet` reports whether a verdict was expected. */
  withstands?: Readonly<Record<string, Withstands>>;
  /** Capabilities that faults need. A plan that needs a missing capability is rejected. */
  capabilities?: readonly SubjectCapability[];
  createInstance(environment: SubjectEnvironment): Promise<AppInstance>;
}
