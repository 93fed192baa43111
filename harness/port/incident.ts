/** What the violations of a log have in common. */

export interface Incident extends IncidentExtent {
  /** Those that affect most users first. */
  readonly causes: readonly IncidentCause[];
  /** SQL that finds the requests of the same stories and time in the logs of Supabase. */
  readonly query: string;
}

export interface IncidentExtent {
  readonly violations: number;
  /** Sessions that saw one. */
  readonly users: number;
  readonly stories: number;
  /** ISO dates in UTC, of the first and of the last violation. */
  readonly first: string;
  readonly last: string;
}

export interface IncidentCause extends IncidentExtent {
  /** As far as the log tells: `answered by replica-1`. */
  readonly cause: string;
  /** The sentence of its first violation. */
  readonly example: string;
  /** The stories with most violations. */
  readonly keys: readonly string[];
}
