/** Violations that are known, and how what was judged compares with them. */
import type { Validity } from '../checker/verdict.ts';

/** A violation of a baseline. All but the sentence identifies it. */
export interface KnownViolation {
  /** `run` is also of `matrix`. */
  verb: 'run' | 'explore';
  scenario: string;
  subject: string;
  property: string;
  /** What the offending event is, e.g. `shown from a replica`. */
  cause: string;
  /** The kinds of the events that explain it, with their values as ranks in order, e.g. `commit 1 2, show 2 1`. */
  shape: string;
  /** The violation in one sentence, with the values of the run in which it was found first. */
  sentence: string;
}

/** Of something that is violated. */
export interface BaselineMatch {
  /** The violated properties that the baseline has, with the same cause and shape. */
  known: readonly string[];
  /** The violated properties that it does not have. */
  fresh: readonly string[];
}

/** The result of a command with a baseline. */
export interface BaselineSummary {
  /** The path of its file. */
  file: string;
  /** The combined verdict if what is known counts as held; with `--strict`, false if anything has vanished. */
  valid: Validity;
  /** How many of the runs and explorations that are violated are known entirely, and how many are not. */
  known: number;
  fresh: number;
  /** What was judged again and is not violated any more. */
  vanished: readonly KnownViolation[];
  isStrict: boolean;
  /** The file was written with what is violated now. */
  isUpdated: boolean;
}
