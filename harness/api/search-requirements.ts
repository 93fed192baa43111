/** What every search requires before it begins. */
import { SIMULATED } from '../explore/explore-spaces.ts';
import type { Subject } from '../port/subject.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { requireProperties } from '../runner/judgement.ts';
import { requireConnection } from '../runner/requirements.ts';

/**
 * @param backend where a find is run again
 * @throws UsageError for an unknown property or backend, and for a subject that is not connected to one of them
 */
export async function requireSearch(
  subject: Subject,
  { properties, backend }: { properties: readonly string[] | undefined; backend: string },
): Promise<void> {
  if (properties !== undefined) requireProperties(properties);
  for (const name of new Set([SIMULATED, backend])) requireConnection(await loadBackend(name), subject);
}
