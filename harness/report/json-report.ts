/** What `--reporter json` writes. `docs/report.schema.json` describes the same for other languages. */
import type { Validity, Verdict } from '../checker/verdict.ts';
import type { BaselineSummary } from '../port/baseline.ts';
import type { RunTitle } from '../port/reporter.ts';

/** Changes with a change that a reader of the previous version could not read; new fields do not change it. */
export const REPORT_VERSION = 1;

interface JsonReportBase {
  version: typeof REPORT_VERSION;
  /** All verdicts together. */
  valid: Validity;
  /** What was requested and cannot run here; missing if there is nothing. */
  leftOut?: (RunTitle & { reason: string })[];
  /** Why the command stopped; missing if it did not. */
  error?: string;
  /** With a baseline: the exit code is that of its verdict. */
  baseline?: BaselineSummary;
}

/** Of `run` and `replay`. */
export interface JsonRunReport extends JsonReportBase {
  runs: JsonRecord[];
  /** Of `run --exhaustive`. */
  explorations?: Readonly<Record<string, unknown>>[];
}

/** Of `check`. */
export interface JsonCheckReport extends JsonReportBase {
  files: JsonRecord[];
}

/** Of `explore`. */
export interface JsonExploreReport extends JsonReportBase {
  subject?: string | undefined;
  seed?: number | undefined;
  explorations: Readonly<Record<string, unknown>>[];
}

export type JsonReport = JsonRunReport | JsonCheckReport | JsonExploreReport;

/** A run or a file: the content of its `verdict.json`. */
export interface JsonRecord extends Readonly<Record<string, unknown>> {
  valid: Validity;
  verdicts: readonly Verdict[];
}
