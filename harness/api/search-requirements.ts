/** What every search requires before it begins. */
import { SIMULATED } from '../explore/explore-spaces.ts';
import { UsageError } from '../errors.ts';
import type { Subject } from '../port/subject.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { requireProperties } from '../runner/judgement.ts';
import { requireConnection } from '../runner/requirements.ts';

/**
 * @param backend where a find is run again
 * @throws UsageError for a subject that is a server, an unknown property or backend, and for a subject that is not connected to one of
 *   them
 */
export async function requireSearch(
  subject: Subject,
  { properties, backend }: { properties: readonly string[] | undefined; backend: string },
): Promise<void> {
  if (subject.isServer === true) {
    throw new UsageError(
      'subject-is-server',
      `the subject ${subject.name} is a server, whose time is real, and a search runs in a simulation`,
      'describe the application by its modules: docs/SUBJECT.md; or run the scenarios: ratchet run',
    );
  }
  if (properties !== undefined) requireProperties(properties);
  for (const name of new Set([SIMULATED, backend])) requireConnection(await loadBackend(name), subject);
}
