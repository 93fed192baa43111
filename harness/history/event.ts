/** The events of a history, as `HISTORY.md` defines them. The terms are Jepsen's. */

export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

/** `cas` belongs to register histories only. */
export type Operation = 'read' | 'write' | 'start' | 'show' | 'commit' | 'fault' | 'watch' | 'receive' | 'cas';

export type Phase = 'begin' | 'end';

/** A progress. Values compare by `(generation, progress)`. */
export interface ProgressValue {
  /** Counts the generations of a story from 1; 1 when missing. */
  generation?: number;
  /** 0–100. */
  progress: number;
  status?: string;
}

export type Scalar = string | number | boolean | null;

/** A progress, a scalar of a register history, or `[from, to]` of a `cas`. */
export type Value = ProgressValue | Scalar | readonly [Scalar, Scalar];

/** An event before the recorder assigns its index and time. */
export interface EventBody {
  process: string | number;
  /** The session whose view it is; the process when missing. */
  session?: string | number;
  type: EventType;
  f: Operation;
  /** The story. Missing on faults that concern no story. */
  key?: string | number;
  value?: Value;
  /** For a `watch`: whether the session begins or stops watching the key. For other events an extra field. */
  phase?: Phase;
  /** Kept and shown, but not judged: served_by, lsn, channel, attempts, query, error, … */
  [extra: string]: unknown;
}

export interface HistoryEvent extends EventBody {
  /** Position in the history, from 0, without gaps. */
  index: number;
  /** Nanoseconds since the run began; never decreases. */
  time: number;
}

/** The optional first line of a history file. */
export interface HistoryHeader {
  history: 1;
  /** The initial value of every key; generation 1, progress 0 (for a register null) when missing. */
  initial?: Value;
  [extra: string]: unknown;
}

export interface History {
  header: HistoryHeader | undefined;
  events: readonly HistoryEvent[];
}
