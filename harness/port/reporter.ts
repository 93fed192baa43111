/**
 * The port to reporters: how a verb that judges (`run`, `replay`, `explore`, `check`) tells what it does. A reporter is
 * told everything in order, one call after the other, and writes to its output whatever it makes of that.
 */
import type { Validity, Verdict } from '../checker/verdict.ts';
import type { History } from '../history/event.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Plan } from '../plan/plan.ts';

/** What the file of a reporter exports as `reporter`, or by default. */
export type CreateReporter = (options: ReporterOptions) => MaybePromise<Reporter>;

export interface ReporterOptions {
  output: Output;
  /** `--verbose`: more is told of what passed. */
  isVerbose: boolean;
}

export interface Output {
  /** Adds text as it is: a line ends where the text says so. */
  write(text: string): void;
  /** The path of its file; `undefined`: standard output. */
  readonly file: string | undefined;
}

/** Each method may be missing. What one throws or rejects with ends this reporter, and never the run. */
export interface Reporter {
  /** Once, when all is known that is to be judged, and before any of it is. Not called where the input is bad. */
  begin?(start: VerbStart): MaybePromise<void>;
  /** Before a run or an exploration; not called for files. */
  starting?(title: RunTitle): MaybePromise<void>;
  /** After each run (`run`, `replay`) and of each file (`check`). */
  ran?(run: JudgedRun): MaybePromise<void>;
  /** After each exploration (`explore`), whose runs are in it. */
  explored?(exploration: JudgedExploration): MaybePromise<void>;
  /** Once, after all, also when the verb was interrupted or failed midway. */
  end?(end: VerbEnd): MaybePromise<void>;
}

export type Verb = 'run' | 'replay' | 'explore' | 'check';

export interface VerbStart {
  verb: Verb;
  /** All that is to be judged, in order. */
  titles: readonly RunTitle[];
  /** What was asked for and cannot be run here. */
  leftOut: readonly { title: RunTitle; reason: string }[];
  /** What is chosen where the user says nothing: a title for people may leave it out. */
  defaults: { readonly backend?: string; readonly seed?: number };
}

export interface VerbEnd {
  /** All verdicts together. */
  valid: Validity;
  durationMs: number;
  /** Why the verb failed midway, if it did. */
  error: Error | undefined;
}

/** What identifies something that is judged. */
export interface RunTitle {
  /** Of an exploration: the scenario whose range it is, or `plan-space`. */
  scenario?: string;
  subject?: string;
  backend?: string;
  seed?: number;
  /** Of `check`. */
  file?: string;
}

/** A run, or a history from a file. */
export interface JudgedRun extends RunTitle {
  valid: Validity;
  verdicts: readonly Verdict[];
  /** Whether the properties are expected to hold; `undefined` where nothing is expected. */
  expected: boolean | undefined;
  history: History;
  /** What was run; of a file, what its header says. */
  plan: Plan | undefined;
  /** Why the run is not complete, if it is not. */
  incomplete: Error | undefined;
  /** What the application did that no property judges, and what cannot be known. */
  notes: readonly string[];
  /** Where the run was saved. */
  planFile: string | undefined;
  historyFile: string | undefined;
  /** The command that runs the same plan again. */
  replay: string | undefined;
  durationMs: number;
  /** Of a log: how many lines it has, and those that are no events. */
  log?: LogLines;
  /** The same as JSON, as `verdict.json` has it: without history and plan. */
  record: Readonly<Record<string, unknown>>;
}

export interface LogLines {
  lines: number;
  /** `line` is the first that was skipped for that reason. */
  skipped: readonly { reason: string; count: number; line: number }[];
}

/** A search for a plan that breaks the subject. */
export interface JudgedExploration extends RunTitle {
  /** False if a plan violates a property, unknown if one could not be judged. */
  valid: Validity;
  expected: boolean | undefined;
  /** Plans that were tried. */
  runs: number;
  runsPerSecond: number;
  elapsedMs: number;
  isInterrupted: boolean;
  /** Every plan was run twice, and only differences between the two runs were looked for. */
  isDeterminismCheck: boolean;
  /** How often each kind of deviation was tried. */
  coverage: Readonly<Partial<Record<string, number>>>;
  found: FoundPlan | undefined;
  /** The same as JSON. */
  record: Readonly<Record<string, unknown>>;
}

export interface FoundPlan {
  failing: {
    /** `broken`: the run is not complete or a checker failed. `mismatch`: the second run differed from the first. */
    kind: 'violation' | 'broken' | 'mismatch';
    /** The property, the code of what broke, or the first event that differs. */
    what: string;
  };
  /** The smallest plan that fails in the same way. */
  plan: Plan;
  isShrunk: boolean;
  shrinkRuns: number;
  /** The plan run again: first in simulation, then on the backend that is to confirm it. */
  runs: readonly ConfirmingRun[];
  /** The command that confirms it on a real backend, if that was not done. */
  confirm: string | undefined;
  /** The file of the regression that it was kept as. */
  keptAs: string | undefined;
}

export interface ConfirmingRun extends JudgedRun {
  /** Whether the same property is violated again. */
  isConfirmed: boolean;
  /** The number of this run on its backend, from 1: real time is never twice the same. */
  attempt: number;
}
