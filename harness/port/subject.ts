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

/** How the application's own front end polls and displays; a plan may override either. */
export interface FrontEnd {
  /**
   * What to add to the status URL, given the greatest progress the tab has seen (`undefined`: none yet).
   * `greatest` compares by `(generation, progress)`; `greatestNumber` ignores generations, as naive front ends do.
   */
  query(seen: { greatest: ObservedProgress; greatestNumber: number } | undefined): Record<string, string>;
  /** `as-arrived`: every response is shown; `high-water`: a smaller or older one than shown is not. */
  display: 'as-arrived' | 'high-water';
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
}

/** `clock-skew`: its instances take the date from `SubjectEnvironment.clock`. */
export type SubjectCapability = 'clock-skew';

/** What an instance gets from its surroundings, as a deployment would set it. */
export interface SubjectEnvironment {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** Where the plan makes it wrong: what the date of this instance is told by. Only for a subject that can do `clock-skew`. */
  clock?: AppClock;
}

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
  /** What faults can do to its instances; a plan that needs more is refused by name. */
  capabilities?: readonly SubjectCapability[];
  createInstance(environment: SubjectEnvironment): Promise<AppInstance>;
}
