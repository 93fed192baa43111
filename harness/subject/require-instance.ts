import { UsageError } from '../errors.ts';
import type { AppInstance } from '../port/subject.ts';

/**
 * @param by what returned it: `open of the subject jobs`
 * @throws UsageError if it is not an instance of an application
 */
export function requireInstance(instance: unknown, by: string): AppInstance {
  for (const method of ['status', 'generate']) {
    if (typeof (instance as Record<string, unknown> | null | undefined)?.[method] === 'function') continue;
    const what = `${by} returned no instance: it has no method ${method}`;
    throw new UsageError('subject-invalid', what, 'docs/SUBJECT.md describes what an instance is');
  }
  return instance as AppInstance;
}
