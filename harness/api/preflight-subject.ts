import { CHECK_TIMEOUT_MS } from '../runner/defaults.ts';
import { requireConnection } from '../runner/requirements.ts';
import { trySubject } from '../runner/try-subject.ts';
import type { Check } from '../preflight/connection-trial.ts';
import { backendOf } from './chosen-backend.ts';
import { openProject, type ProjectOptions } from './project.ts';

export interface PreflightOptions extends Pick<ProjectOptions, 'subject' | 'folder' | 'signal'> {
  /** `embedded`, `simulated`, `containers` or `remote`. Default: `embedded`. */
  backend?: string;
  /** Instead of a backend: the name of an environment that `ratchet up` keeps running. */
  on?: string;
  /** How many milliseconds each check waits for the application. Default: 4000. */
  timeoutMs?: number;
  /** With `remote`: confirms that the target may be written to, although it is not marked as a test target. */
  ownsTarget?: boolean;
  /** Called with messages about the progress. */
  onProgress?(message: string): void;
  /** Called with the result of each check as soon as it is known. */
  onCheck?(check: Check): void;
}

export interface PreflightResults {
  /** Whether every check has passed. */
  ok: boolean;
  /** In the order in which they were made. The first that fails is the last. */
  checks: readonly Check[];
}

/** @throws RatchetError if the databases cannot be started, or the definition of the subject is bad */
export async function preflightSubject(options: PreflightOptions): Promise<PreflightResults> {
  const { subject } = await openProject(options);
  const backend = await backendOf(options);
  requireConnection(backend, subject);
  const checks = await trySubject({
    subject,
    backend,
    timeoutMs: options.timeoutMs ?? CHECK_TIMEOUT_MS,
    ownsTarget: options.ownsTarget ?? false,
    onProgress: options.onProgress ?? (() => undefined),
    onCheck: options.onCheck ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
  });
  return { ok: checks.every(({ ok }) => ok), checks };
}
