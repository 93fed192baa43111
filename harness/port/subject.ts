/**
 * The port to the application under test: answer a status `Request`, run a generation. The application
 * itself never learns of it; an adapter (`fixtures/subjects/…`, or a user's own file) stands between.
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

/** What a page has learned, from all values that came, shown or not. */
export interface SeenProgress {
  /** By `(generation, progress)`. */
  greatest: ObservedProgress;
  /** Ignores generations, as naive front ends do. */
  greatestNumber: number;
}

/**
 * How a page decides what of the values that come is shown. It is called once for every load of a page and returns a
 * function with a state of its own, which is lost with the page.
 */
export type DisplayPolicy = () => Display;

/**
 * Called for every value in the order of arrival. `ordinal` numbers the requests that the values answer, so that one that
 * a later request has overtaken is known by a smaller number than one before it. Returns whether the value is shown, or
 * the progress that is shown in its place; what it makes up counts as shown, and may violate `integrity`.
 */
export type Display = (value: ObservedProgress, arrival: { readonly ordinal: number }) => boolean | ObservedProgress;

/** How the application's own front end polls and displays; a plan may override either. */
export interface FrontEnd {
  /** What to add to the status URL, given what the page has seen (`undefined`: nothing yet). */
  query(seen: SeenProgress | undefined): Record<string, string>;
  /** `as-arrived`: every value is shown; `high-water`: a smaller or older one than shown is not; or the front end's own. */
  display: 'as-arrived' | 'high-water' | DisplayPolicy;
}

/** What the adapter receives to run one generation of a story. */
export interface GenerationJob {
  story: string;
  /** The progress of each step, ascending, e.g. `[10, 40, 85, 100]`. */
  steps: readonly number[];
  /** The status that the last step leaves; `completed` unless the plan lets the generation end otherwise. */
  outcome: 'completed' | 'failed' | 'abandoned';
  /** Call once the application has begun the generation, with its number. */
  started(generation: number): void;
  /** The slow part (the language model): resolves when the plan says that step `index` is done. */
  work(index: number): Promise<void>;
}

/** One instance of the application: fresh module state, as a serverless instance has it. */
export interface AppInstance {
  /** The status endpoint. Rejects only if the application itself throws. */
  status(request: Request, story: string): Promise<Response>;
  /** Runs a generation to its end. Rejects if the application gives up on it. */
  generate(job: GenerationJob): Promise<void>;
  close?(): Promise<void>;
  /** Ends it as SIGKILL does: no later request of its code is sent. For a subject that can do `instance-restart`. */
  kill?(): Promise<void>;
}

export type SubjectCapability =
  /** Its instances take the date from `SubjectEnvironment.clock`. */
  | 'clock-skew'
  /** Its instances have `kill`, and `createInstance` may be called again during a run. */
  | 'instance-restart';

/** What an instance gets from its surroundings, as a deployment would set it. */
export interface SubjectEnvironment {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** Where the plan makes it wrong: what the date of this instance is told by. Only for a subject that can do `clock-skew`. */
  clock?: AppClock;
}

/**
 * What a subject is said to withstand of one scenario; what is left out is judged without an expectation. A boolean
 * stands for both fields.
 */
export type Withstands =
  | boolean
  | {
      /** Whether the properties hold in a run of the scenario; a function where its parameters decide. */
      run?: boolean | ((parameters: Readonly<Record<string, number | undefined>>) => boolean | undefined);
      /** Whether *every* plan in the range of the scenario keeps the properties. */
      explore?: boolean;
    };

export interface Subject {
  /** Kebab-case; what `--subject` takes. */
  name: string;
  /** One line for `ratchet list`. */
  description: string;
  tracked: TrackedTable;
  /** Absolute paths of SQL files, or of folders of them (applied in name order). */
  migrations: readonly string[];
  /** What the migrations make of the database, for the simulated backend. Without it the subject has no simulation. */
  simulation?: DatabaseModel;
  /** Creates the row of a story that a plan names. Column → value; the key is added. */
  storyRow(story: string): Record<string, unknown>;
  frontEnd: FrontEnd;
  /** The progress in a 200 answer of the status endpoint; `undefined` if the body holds none. */
  readStatus(body: unknown): ObservedProgress | undefined;
  /** Scenario → what the subject withstands of it. It changes no verdict: `ratchet` says whether one was expected. */
  withstands?: Readonly<Record<string, Withstands>>;
  /** What faults can do to its instances; a plan that needs more is refused by name. */
  capabilities?: readonly SubjectCapability[];
  createInstance(environment: SubjectEnvironment): Promise<AppInstance>;
}
