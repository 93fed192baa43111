/** Removes containers, networks and volumes: those of a run that ends, and those of dead processes. */
import type { EnvironmentError } from '../../errors.ts';
import type { Docker, Engine } from './engine.ts';
import { withEngineTimeout, isMissing } from './engine.ts';
import { OWNER_LABEL, RUN_LABEL, isOwnerDead, type Run } from './labels.ts';

type Labels = Record<string, string> | undefined | null;

/** Removes everything of the run. A missing object is not an error, nor is a missing engine: the next start sweeps. */
export async function removeRun({ docker }: Engine, { id }: Run): Promise<void> {
  try {
    await removeAll(docker, `${RUN_LABEL}=${id}`, () => true);
  } catch (error) {
    if ((error as EnvironmentError).code !== 'engine-gone') throw error;
  }
}

/** Removes the objects of processes that are certainly dead. Resolves to the names of the removed objects. */
export async function sweep({ docker }: Engine): Promise<string[]> {
  return removeAll(docker, OWNER_LABEL, isOwnerDead);
}

async function removeAll(docker: Docker, label: string, wanted: (labels: Labels) => boolean): Promise<string[]> {
  const filters = { label: [label] };
  const containers = (await withEngineTimeout(docker.listContainers({ all: true, filters }))).filter((one) =>
    wanted(one.Labels),
  );
  // `v: true` also removes their anonymous volumes.
  const removed = await Promise.all(
    containers.map(({ Id: id, Names: [name] }) =>
      removalOf(name ?? id, docker.getContainer(id).remove({ force: true, v: true })),
    ),
  );
  const networks = (await withEngineTimeout(docker.listNetworks({ filters }))).filter((one) => wanted(one.Labels));
  const { Volumes: found } = await withEngineTimeout(docker.listVolumes({ filters }));
  const volumes = (found ?? []).filter((one) => wanted(one.Labels));
  removed.push(
    ...(await Promise.all([
      ...networks.map(({ Id: id, Name: name }) => removalOf(name, docker.getNetwork(id).remove())),
      ...volumes.map(({ Name: name }) => removalOf(name, docker.getVolume(name).remove({ force: true }))),
    ])),
  );
  return removed;
}

/** Resolves to `name` once the object is removed, also by another process. */
async function removalOf(name: string, removal: Promise<unknown>): Promise<string> {
  try {
    await withEngineTimeout(removal);
  } catch (error) {
    if (!isMissing(error) && !isBeingRemoved(error)) throw error;
  }
  return name;
}

/** Whether another process is already removing the object, or the container that a network still has. */
function isBeingRemoved(error: unknown): boolean {
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  return statusCode === 409 || /has active endpoints/.test(message);
}
