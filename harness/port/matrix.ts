/** The results of `ratchet matrix`: scenarios × subjects. */
import type { Validity } from '../checker/verdict.ts';
import type { BaselineSummary } from './baseline.ts';

export interface MatrixCell {
  scenario: string;
  subject: string;
  /** All runs together. */
  valid: Validity;
  /** Whether the properties are expected to hold; `undefined` if the subject does not say it. */
  expected: boolean | undefined;
  /** Whether the verdict is the expected one. A subject that declares nothing is expected to hold. */
  isAsExpected: boolean;
  /** The baseline has every violation of its runs. */
  isKnown?: true;
  /** How many runs there were, and how many of them had the verdict of the cell. */
  runs: number;
  agreeing: number;
  /** The properties that were violated. */
  violated: readonly string[];
  /** The violated run with the fewest events: its sentence, its folder, and the command that runs it again. */
  counterexample?: { sentence: string; historyFile: string | undefined; replay: string | undefined };
  /** Why the verdict is unknown. */
  reason?: string;
}

export interface MatrixResults {
  /** True if every cell is as expected, else unknown if all others are unknown, else false. */
  valid: Validity;
  scenarios: readonly string[];
  subjects: readonly string[];
  cells: readonly MatrixCell[];
  /** What cannot run on this backend or subject; without a scenario, the subject cannot run at all. */
  leftOut: readonly { scenario?: string; subject: string; reason: string }[];
  /** By subject, over all its runs; none for a subject whose polls were never answered. */
  /** Subjects that were stopped by an error, such as a server that does not start: their other scenarios were not run. */
  failed: readonly { subject: string; reason: string; details: readonly string[] }[];
  costs: Readonly<Record<string, RunCosts>>;
  durationMs: number;
  /** With a baseline: its verdict is that of the gate. */
  baseline?: BaselineSummary;
}

/** What an application's remedy costs, over all runs of a subject. */
export interface RunCosts {
  /** Requests to Supabase, on average. */
  requestsPerPoll: number;
  /** From the question of a tab to the answer. */
  pollMs: { p50: number; p99: number };
  /** Of all polls, those that were answered: from 0 to 1. */
  answeredShare: number;
  /** Of the answered polls, those that the primary served: from 0 to 1. */
  primaryShare: number;
  /** The longest time for which a tab showed less than the database had. */
  behindMs: number;
}
