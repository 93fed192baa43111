/** Two networks a run: one that is published for clients, and one for replication that leads nowhere else. */
import { EnvironmentError } from '../../errors.ts';
import type { Engine } from './engine.ts';
import { asked } from './engine.ts';
import type { Run } from './labels.ts';

export interface Networks {
  clients: string;
  replication: string;
  /** Address of this host on the replication network, if it has one there: not so where the engine runs in a VM. */
  hostOnReplication: string | undefined;
}

export async function makeNetworks(engine: Engine, run: Run): Promise<Networks> {
  const [clients, replication] = await Promise.all([
    makeNetwork(engine, run, 'clients', false),
    makeNetwork(engine, run, 'replication', true),
  ]);
  const inspected = await asked(engine.docker.getNetwork(replication).inspect());
  return { clients, replication, hostOnReplication: inspected.IPAM?.Config?.[0]?.Gateway };
}

async function makeNetwork({ docker }: Engine, run: Run, purpose: string, internal: boolean): Promise<string> {
  const name = `ratchet-${run.id}-${purpose}`;
  try {
    await asked(docker.createNetwork({ Name: name, Internal: internal, CheckDuplicate: true, Labels: run.labels }));
    return name;
  } catch (cause) {
    if (!/address pool/.test((cause as Error).message)) throw cause;
    throw new EnvironmentError(
      'engine-no-networks',
      'The container engine has no address left for another network.',
      'Remove networks that nobody uses: docker network prune',
      cause,
    );
  }
}
