/** Removes containers, networks and volumes: those of a run that ends, and those that dead processes left. */
import type { EnvironmentError } from '../../errors.ts';
import type { Docker, Engine } from './engine.ts';
import { asked, isMissing } from './engine.ts';
import { OWNER_LABEL, RUN_LABEL, isOwnerDead, type Run } from './labels.ts';

type Labels = Record<string, string> | undefined | null;

/** Everything of the run. What is gone already is no error, nor is an engine that is: the next start sweeps. */
export async function removeRun({ docker }: Engine, { id }: Run): Promise<void> {
  try {
    await removeAll(docker, `${RUN_LABEL}=${id}`, () => true);
  } catch (error) {
    if ((error as EnvironmentError).code !== 'engine-gone') throw error;
  }
}

/** What processes that are certainly dead have left. Resolves with the names of what it removed. */
export async function sweep({ docker }: Engine): Promise<string[]> {
  return removeAll(docker, OWNER_LABEL, isOwnerDead);
}

async function removeAll(docker: Docker, label: string, wanted: (labels: Labels) => boolean): Promise<string[]> {
  const filters = { label: [label] };
  const containers = (await asked(docker.listContainers({ all: true, filters }))).filter((one) => wanted(one.Labels));
  // Their anonymous volumes go with them.
  const removed = await Promise.all(
    containers.map(({ Id: id, Names: [name] }) =>
      gone(name ?? id, docker.getContainer(id).remove({ force: true, v: true })),
    ),
  );
  const networks = (await asked(docker.listNetworks({ filters }))).filter((one) => wanted(one.Labels));
  const { Volumes: found } = await asked(docker.listVolumes({ filters }));
  const volumes = (found ?? []).filter((one) => wanted(one.Labels));
  removed.push(
    ...(await Promise.all([
      ...networks.map(({ Id: id, Name: name }) => gone(name, docker.getNetwork(id).remove())),
      ...volumes.map(({ Name: name }) => gone(name, docker.getVolume(name).remove({ force: true }))),
    ])),
  );
  return removed;
}

async function gone(name: string, removal: Promise<unknown>): Promise<string> {
  try {
    await asked(removal);
  } catch (error) {
    if (!isMissing(error) && !isBeingRemoved(error)) throw error;
  }
  return name;
}

/** Somebody else is just removing it, or the container that a network is waiting for. */
function isBeingRemoved(error: unknown): boolean {
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  return statusCode === 409 || /has active endpoints/.test(message);
}
