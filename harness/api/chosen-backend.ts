import { UsageError } from '../errors.ts';
import type { Backend } from '../port/backend.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { DEFAULT_BACKEND } from '../runner/defaults.ts';

/** @throws UsageError for an unknown name, and for an environment that is not up */
export async function backendOf({ backend, on }: { backend?: string; on?: string }): Promise<Backend> {
  if (on === undefined) return loadBackend(backend ?? DEFAULT_BACKEND);
  if (backend !== undefined) {
    throw new UsageError('options-conflict', `both the backend ${backend} and the environment ${on} are given`);
  }
  const { environmentBackend } = await import('../up/environment-backend.ts');
  return environmentBackend(on);
}
