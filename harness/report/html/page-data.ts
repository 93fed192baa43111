/** What a report has for its page, as JSON: an overview, and one value for each run, which is read when it is opened. */
import type { Validity } from '../../checker/verdict.ts';

export interface OverviewData {
  /** The version of this format. */
  page: 1;
  verb: string;
  valid: Validity;
  durationMs: number;
  /** How many passed, were violated, are inconclusive, were left out, and did not run. */
  counts: string;
  /** How many violations are known, new or vanished, and a line for each that has vanished; empty without a baseline. */
  baseline: string[];
  /** Why the command stopped. */
  error: string | undefined;
  rows: OverviewRow[];
  leftOut: { name: string; reason: string }[];
  notRun: string[];
}

export interface OverviewRow {
  /** The run that it links to; `undefined` for an exploration, whose runs follow. */
  run: number | undefined;
  name: string;
  scenario: string;
  subject: string;
  /** The backend and the seed, if there are any. */
  where: string;
  valid: Validity;
  isSurprise: boolean;
  /** The verdict in words. */
  words: string;
  durationMs: number;
  /** The first violation, or the reason of an inconclusive verdict. */
  headline: string;
}

export interface RunData {
  name: string;
  valid: Validity;
  words: string;
  durationMs: number;
  stories: StoryData[];
  properties: { property: string; valid: Validity; text: string }[];
  notJudged: { property: string; reason: string }[];
  notes: string[];
  planLines: string[];
  /** The plan as JSON, in the lines of a `plan.json`. */
  plan: string | undefined;
  replay: string | undefined;
  historyFile: string | undefined;
  faults: FaultRowData[];
  /** By event: the words for a fault. */
  faultWords: [event: number, words: string][];
  /** The instance of the application that each session and worker uses, from the plan. */
  instances: Record<string, number>;
  events: EventsData;
  /** The lines of the history file, compressed. */
  history: string;
}

/** Of a violation with everything that explains it. */
export interface StoryData {
  property: string;
  sentence: string;
  session: string | undefined;
  key: string;
  events: number[];
  lines: { event: number; time: number; what: string; source: string }[];
  alsoBroken: string[];
  /** Further violations of the property. */
  others: { sentence: string; session: string | undefined; key: string; events: number[] }[];
}

/** A missing time: it began before the history, or did not end in it. */
export interface FaultRowData {
  label: string;
  spans: [begin: number | null, end: number | null][];
}

export interface EventsData {
  length: number;
  views: readonly { readonly session: string; readonly key: string }[];
  nodes: readonly string[];
  recordsShows: boolean;
  /** See `column-codec.ts`, compressed. */
  columns: string;
}

/** The `id` of the element with the data. */
export const OVERVIEW_ID = 'overview';
export const runId = (run: number): string => `run-${run}`;
