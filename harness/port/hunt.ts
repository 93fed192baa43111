/** The results of `ratchet matrix --planted`: a search for each planted bug. */
import type { Validity } from '../checker/verdict.ts';

export interface Hunt {
  /** The name of the bug. */
  bug: string;
  /** The file with the bug, relative to the root of the application. */
  file: string;
  isFound: boolean;
  /** The violated property. */
  property?: string;
  /** The violation of the smallest plan, in one sentence. */
  sentence?: string;
  /** The path of the smallest plan. */
  planFile?: string;
  /** Why the search could not judge: the code of what broke. */
  reason?: string;
  /** Number of plans tried. */
  runs: number;
  /** With shrinking. */
  elapsedMs: number;
}

export interface HuntResults {
  /** True if every bug was found, unknown if the call was interrupted, else false. */
  valid: Validity;
  /** Those that were searched: all, or fewer if the call was interrupted. */
  hunts: readonly Hunt[];
  /** Number of bugs that were to be searched. */
  bugs: number;
  durationMs: number;
}
