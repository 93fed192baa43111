/** Tries the subject of a run that tested nothing, to name the mistake. */
import type { Backend } from '../port/backend.ts';
import type { FailedCheck } from '../preflight/connection-trial.ts';
import type { Subject } from '../port/subject.ts';
import { CHECK_TIMEOUT_MS } from './defaults.ts';
import { trySubject } from './try-subject.ts';

export interface Explanation {
  /** Absent if every check passes, or the trial could not be made. */
  failedCheck?: FailedCheck;
  notes: readonly string[];
}

export interface ExplainOptions {
  subject: Subject;
  backend: Backend;
  ownsTarget?: boolean;
  onProgress(message: string): void;
  signal: AbortSignal;
}

/** Returns a function that tries the subject at its first call, and returns the same explanation from then on. */
export function explainOnce(options: ExplainOptions): () => Promise<Explanation> {
  let explanation: Promise<Explanation> | undefined;
  return () => (explanation ??= explain(options));
}

async function explain({ ownsTarget = false, onProgress, ...options }: ExplainOptions): Promise<Explanation> {
  onProgress('nothing was tested; trying the subject');
  try {
    const checks = await trySubject({
      ...options,
      ownsTarget,
      onProgress,
      timeoutMs: CHECK_TIMEOUT_MS,
      onCheck: () => undefined,
    });
    const failedCheck = checks.find((check) => !check.ok);
    return failedCheck === undefined ? { notes: [CONNECTED] } : { failedCheck, notes: [] };
  } catch (error) {
    return { notes: [`the subject could not be tried: ${(error as Error).message}`] };
  }
}

const CONNECTED = 'every check of `ratchet try` passes: the application works without replicas and faults';
