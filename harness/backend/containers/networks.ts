/** The two networks of a run: one for clients, with published ports, and an internal one for replication. */
import { EnvironmentError } from '../../errors.ts';
import type { Engine } from './engine.ts';
import { withEngineTimeout } from './engine.ts';
import type { Run } from './labels.ts';

export interface Networks {
  clients: string;
  replication: string;
  /** Gateway address of the replication network: this host, or the VM in which the engine runs. */
  hostOnReplication: string | undefined;
}

export async function makeNetworks(engine: Engine, run: Run): Promise<Networks> {
  const [clients, replication] = await Promise.all([
    makeNetwork(engine, run, 'clients', false),
    makeNetwork(engine, run, 'replication', true),
  ]);
  const inspected = await withEngineTimeout(engine.docker.getNetwork(replication).inspect());
  return { clients, replication, hostOnReplication: inspected.IPAM?.Config?.[0]?.Gateway };
}

async function makeNetwork({ docker }: Engine, run: Run, purpose: string, internal: boolean): Promise<string> {
  const name = `ratchet-${run.id}-${purpose}`;
  try {
    await withEngineTimeout(
      docker.createNetwork({ Name: name, Internal: internal, CheckDuplicate: true, Labels: run.labels }),
    );
    return name;
  } catch (cause) {
    if (!/address pool/.test((cause as Error).message)) throw cause;
    throw new EnvironmentError(
      'engine-no-networks',
      'The container engine has no addresses left for another network.',
      'Remove unused networks: docker network prune',
      cause,
    );
  }
}
