/** The results of `ratchet load`: what many tabs measured beside the verdict. */

export interface LoadSummary {
  /** How k6 drove the tabs, in a few words. */
  profile: string;
  durationMs: number;
  polls: number;
  /** Polls without a progress, and the reasons by number, the most frequent first. */
  failed: number;
  failures: readonly { reason: string; count: number }[];
  /** The most tabs that polled in one slice. */
  tabs: number;
  pollsPerSecond: number;
  latencyMs: Percentiles;
  /** How long requests of tabs were in the gateway and its REST layer, without the application: of all that it sent. */
  supabaseMs?: Percentiles;
  /** How often a poll was answered with an older progress than the tab had seen. */
  reversions: number;
  /** The load when they began. */
  firstReversion?: { atMs: number; tabs: number; pollsPerSecond: number };
  slices: readonly LoadSlice[];
  /** The thresholds of k6 that were crossed. */
  crossed: readonly string[];
  /** How far the times of tabs and of databases may be apart, in milliseconds. */
  clockUncertaintyMs: number;
  /** What the harness itself added. */
  harness?: HarnessDelay;
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** A part of the duration. */
export interface LoadSlice extends Percentiles {
  fromMs: number;
  toMs: number;
  tabs: number;
  pollsPerSecond: number;
  failed: number;
  reversions: number;
}

export interface HarnessDelay {
  /** How late the process of the gateway ran its tasks, in milliseconds. */
  eventLoopMs: Percentiles;
  /** How long requests waited before the application got them. */
  queuedMs: { mean: number; max: number };
}
