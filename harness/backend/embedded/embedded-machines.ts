/** How the primary of this backend is lost and replaced: servers on UNIX sockets, whose disks are directories. */
import { rename, rm } from 'node:fs/promises';
import { socketPath } from '../postgres/connect.ts';
import type { Befall } from '../postgres/node.ts';
import type { Machines } from '../postgres/server-machines.ts';
import type { Scope } from '../../lifetime/scope.ts';
import type { Account } from './account.ts';
import type { Fleet, FleetServer } from './fleet.ts';
import { discard } from './places.ts';
import { socketAddress } from './socket-address.ts';
import { copyData } from './template.ts';

/** Of a server that is not to be found yet: its port only names its socket. */
const HIDDEN_PORT = 5433;

export interface MachinesOptions {
  account: Account;
  scope: Scope;
  outageOf(replica: string): Befall;
}

export function machinesOf({ primary, standbys }: Fleet, { account, scope, outageOf }: MachinesOptions): Machines {
  const { signal } = scope;
  const shown = socketPath(primary.sockets);
  const hidden = socketPath(primary.sockets, HIDDEN_PORT);
  const standby = (name: string): FleetServer => standbys.find((each) => each.name === name)!;
  const replaceData = async (from: FleetServer, to: FleetServer): Promise<void> => {
    await discard(to.data);
    await copyData(from.data, to.data, { account, signal });
  };
  return {
    outageOf,
    hidePrimary: () => rm(shown),
    killPrimary: () => primary.server.crash(),
    async startOnCopyOf(replica) {
      await replaceData(standby(replica), primary);
      await primary.server.restart(signal, { port: String(HIDDEN_PORT) });
      return { ...socketAddress(primary.sockets), at: { path: hidden } };
    },
    showPrimary: () => rename(hidden, shown),
    copyDisk: (from, to) => replaceData(standby(from), standby(to)),
  };
}
