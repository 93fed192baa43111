/** Runs a plan that a test has written down, in real or virtual time, without progress messages. */
import { join } from 'node:path';
import { parsePlan } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { loadBackend } from './backend-registry.ts';
import { execute, type RunReport } from './execute.ts';

interface RunInputOptions {
  subject: Subject;
  backendName: string;
  /** The reports are written to `reports` in it. */
  folder: string;
}

export async function runInput(input: object, { subject, backendName, folder }: RunInputOptions): Promise<RunReport> {
  return execute({
    plan: parsePlan(input, 'the plan of the test'),
    subject,
    backend: await loadBackend(backendName),
    reportRoot: join(folder, 'reports'),
    expected: undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}
