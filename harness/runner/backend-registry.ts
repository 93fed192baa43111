/** The backends by name, one line each. A backend is loaded when it is first used. */
import type { Backend } from '../port/backend.ts';
import { UsageError } from '../errors.ts';

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  embedded: async () => (await import('../backend/embedded/embedded.ts')).embeddedBackend,
  simulated: async () => (await import('../backend/simulated/simulated.ts')).simulatedBackend,
  containers: async () => (await import('../backend/containers/containers.ts')).containersBackend,
  remote: async () => (await import('../backend/remote/remote.ts')).remoteBackend,
};

export function backendNames(): string[] {
  return Object.keys(backends);
}

/** @throws UsageError for an unknown name */
export async function loadBackend(name: string): Promise<Backend> {
  const load = Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (load === undefined) {
    throw new UsageError(
      'backend-unknown',
      `no backend is called "${name}"`,
      `available: ${backendNames().join(', ')}`,
    );
  }
  return load();
}
