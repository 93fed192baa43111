import { foldValidity, type Validity } from '../checker/verdict.ts';
import type { Clock } from '../clock.ts';
import type { Reporter } from '../port/reporter.ts';

/**
 * Does the work of a verb and reports its end to the reporter, even if the work rejects.
 * @param clock created when the verb started
 * @param work adds the validity of each thing that it judges to `judged`
 * @returns the combined verdict
 */
export async function reportingEnd(
  reporter: Reporter,
  clock: Clock,
  work: (judged: Validity[]) => Promise<void>,
): Promise<Validity> {
  const judged: Validity[] = [];
  let error: Error | undefined;
  try {
    await work(judged);
  } catch (thrown) {
    error = thrown as Error;
    judged.push('unknown');
  }
  const valid = foldValidity(judged);
  await reporter.end?.({ valid, durationMs: Math.round(clock.now() / 1e6), error });
  if (error !== undefined) throw error;
  return valid;
}
