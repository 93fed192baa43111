/**
 * The port to reporters: how a verb that judges (`run`, `replay`, `explore`, `check`) reports its progress and results.
 * The methods of a reporter are called in order, one after the other; a reporter writes to its output.
 */
import type { Validity, Verdict } from '../checker/verdict.ts';
import type { History } from '../history/event.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Plan } from '../plan/plan.ts';
import type { BaselineMatch, BaselineSummary } from './baseline.ts';
import type { Incident } from './incident.ts';
import type { LoadSummary } from './load.ts';
import type { Shard } from './shard.ts';
import type { SourceFiles } from './subject.ts';
import type { FailedCheck } from '../preflight/connection-trial.ts';

export type { FailedCheck };

/** The export `reporter`, or the default export, of a reporter's file. */
export type CreateReporter = (options: ReporterOptions) => MaybePromise<Reporter>;

export interface ReporterOptions {
  output: Output;
  /** `--verbose`: report more about what passed. */
  isVerbose: boolean;
}

export interface Output {
  /** Appends text unchanged; it must contain its own line breaks. */
  write(text: string): void;
  /** The path of its file; `undefined`: standard output. */
  readonly file: string | undefined;
}

/** All methods are optional. An error in a method ends this reporter, but not the run. */
export interface Reporter {
  /** Called once, before anything is judged. Not called for bad input. */
  begin?(start: VerbStart): MaybePromise<void>;
  /** Called before a run or an exploration; not called for files. */
  starting?(title: RunTitle): MaybePromise<void>;
  /** Called after each run (`run`, `replay`) and each file (`check`). */
  ran?(run: JudgedRun): MaybePromise<void>;
  /** Called after each exploration (`explore`), which includes its runs. */
  explored?(exploration: JudgedExploration): MaybePromise<void>;
  /** Called once at the end, also if the verb was interrupted or failed. */
  end?(end: VerbEnd): MaybePromise<void>;
}

export type Verb = 'run' | 'replay' | 'explore' | 'check';

export interface VerbStart {
  verb: Verb;
  /** Everything that will be judged, in order. */
  titles: readonly RunTitle[];
  /** What was requested but cannot run on this backend or subject. */
  leftOut: readonly { title: RunTitle; reason: string }[];
  /** The default values, which a title may omit. */
  defaults: { readonly backend?: string; readonly seed?: number };
  /** Which part of everything this is. Of `run` and `explore`. */
  part?: ShardPart;
}

/** What a shard of a command does of everything. Without shards: all. */
export interface ShardPart extends Shard {
  /** Everything that the shards judge together, in order. */
  readonly titles: readonly RunTitle[];
  /** The positions in `titles` of what this shard judges; of `explore` all, since each shard tries a part of the plans. */
  readonly mine: readonly number[];
  /** The same for the same plans in the same order. */
  readonly plans: string;
}

export interface VerbEnd {
  /** The combined verdict. */
  valid: Validity;
  durationMs: number;
  /** The error that stopped the verb, if any. */
  error: Error | undefined;
  /** With a baseline: the verdict in which what is known counts as held, and what has vanished. */
  baseline?: BaselineSummary;
}

/** Identifies what is judged. */
export interface RunTitle {
  /** For an exploration: the scenario whose range is explored, or `plan-space`. */
  scenario?: string;
  subject?: string;
  backend?: string;
  seed?: number;
  /** Only for `check`. */
  file?: string;
}

/** A run, or a history from a file. */
export interface JudgedRun extends RunTitle {
  valid: Validity;
  verdicts: readonly Verdict[];
  /** Of a history that is judged by all properties: those that it lacks the events for, with the reasons. */
  notJudged?: readonly Verdict[];
  /** What did not happen in the run, so that it tested nothing, or not what its plan is about; in sentences. */
  untested?: readonly string[];
  /** The mistake that a trial of the subject found after a run that tested nothing, as `ratchet try` does. */
  failedCheck?: FailedCheck;
  /** Whether the properties are expected to hold; `undefined` without an expectation. */
  expected: boolean | undefined;
  /** Of a run that was made several times: this is the first violated attempt, else the first inconclusive one. */
  attempts?: AttemptCounts;
  /** Of a violated run, with a baseline. */
  baseline?: BaselineMatch;
  history: History;
  /** Of a history that is judged in parts, of which `history` contains what the verdicts refer to: how many there are. */
  events?: number;
  /** The plan of the run; for a file, the plan in its header. */
  plan: Plan | undefined;
  /** The reason why the run is incomplete, if it is. */
  incomplete: Error | undefined;
  /** Observations that no property judges, and limits of what was recorded. */
  notes: readonly string[];
  /** The paths of the saved files. */
  planFile: string | undefined;
  historyFile: string | undefined;
  /** The command that runs the same plan again. */
  replay: string | undefined;
  /** Absolute paths of the application's routes, as far as they are known. */
  sources?: SourceFiles;
  durationMs: number;
  /** What the tabs of `ratchet load` measured. */
  load?: LoadSummary;
  /** For a log: the number of its lines, and the lines that are not events. */
  log?: LogLines;
  /** For a log with violations: what they have in common. */
  incident?: Incident;
  /** The content of `verdict.json`: this run as JSON, without history and plan. */
  record: Readonly<Record<string, unknown>>;
}

export interface AttemptCounts {
  /** How many attempts there were, and how many of them had which verdict. */
  number: number;
  violated: number;
  held: number;
  inconclusive: number;
  /** Some attempts were violated, and others held. */
  isUnsteady: boolean;
  /** Of an unsteady run: in what a violated attempt and one that held differ, in sentences. */
  differences: readonly string[];
}

export interface LogLines {
  lines: number;
  /** `line` is the first line that was skipped for the reason, of `file` if several were merged. */
  skipped: readonly { reason: string; count: number; line: number; file?: string }[];
}

/** A search for a plan that breaks the subject. */
export interface JudgedExploration extends RunTitle {
  /** False if a plan violates a property, unknown if one could not be judged. */
  valid: Validity;
  expected: boolean | undefined;
  /** If a plan violates a property, with a baseline. */
  baseline?: BaselineMatch;
  /** Number of plans that were tried. */
  runs: number;
  runsPerSecond: number;
  elapsedMs: number;
  isInterrupted: boolean;
  /** Every plan was run twice, and only differences between the two runs were checked. */
  isDeterminismCheck: boolean;
  /** How often each kind of deviation was tried. */
  coverage: Readonly<Partial<Record<string, number>>>;
  /** The kinds of deviations with the phases of a story in which they applied: `outage/last`. */
  pairs: readonly string[];
  /** How many of the plans tested nothing, e.g. because no tab was shown a progress, and why the first did not. */
  untested: number;
  untestedReason?: string;
  /** What the application does wrong in plans that can be judged nevertheless, e.g. leaving a timer running. */
  warning?: string;
  /** If no plan tested anything: the mistake that a trial of the subject found, as `ratchet try` does. */
  failedCheck?: FailedCheck;
  found: FoundPlan | undefined;
  /** Present if all plans near a base were tried, instead of plans that were drawn. */
  exhaustive?: ExhaustiveSearch;
  /** What was tried, in parts that are joined with those of other shards. Of a search that draws its plans. */
  chunks?: readonly ExploredChunk[];
  /** The same as JSON, without the chunks. */
  record: Readonly<Record<string, unknown>>;
}

/** Plans that were drawn from one seed. */
export interface ExploredChunk {
  /** Its number, from 0, in the order in which chunks count. */
  chunk: number;
  runs: number;
  coverage: Readonly<Partial<Record<string, number>>>;
  pairs: readonly string[];
  untested: number;
  untestedReason?: string;
  warning?: string;
}

/** All plans with at most `deviationsMax` deviations from a base. */
export interface ExhaustiveSearch {
  deviationsMax: number;
  /** The base in a few words, and its plan, whose properties are judged. */
  base: string;
  plan: Plan;
  /** The plans of this shard, and those of all shards; `undefined` if the search ended before they were counted. */
  plans: number | undefined;
  plansOfAll: number | undefined;
  /** `number` of `of`, from 1. */
  shard: { readonly number: number; readonly of: number };
  /** Runs that differ, regardless of when things happened. */
  distinctTraces: number;
  /** How many of the plans wrote no row, e.g. because the start of the only generation was lost. */
  idle: number;
  /** How many of the plans could not be judged. */
  broken: number;
  /** What was not tried, in words. */
  leftOut: readonly string[];
  /** The option with which an interrupted search continues. */
  resume: string | undefined;
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
  /** The number of other timings, of four, under which the plan also fails; unknown if it was not shrunk to the end. */
  steadiness?: number | undefined;
  /** Further runs of the plan: first in simulation, then on the backend that confirms it. */
  runs: readonly ConfirmingRun[];
  /** The command that confirms it on a real backend, if it was only simulated. */
  confirm: string | undefined;
  /** The file of the regression, if the plan was kept. */
  keptAs: string | undefined;
  /** The chunk in which it was found, of a search that draws its plans. */
  chunk?: number;
}

export interface ConfirmingRun extends JudgedRun {
  /** Whether the same property is violated again. */
  isConfirmed: boolean;
  /** The number of this attempt on its backend, from 1. */
  attempt: number;
}
