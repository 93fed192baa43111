/** The operations of a promotion for servers on UNIX sockets, whose disks are directories. */
import { rename, rm } from 'node:fs/promises';
import { socketPath } from '../postgres/connect.ts';
import type { ApplyOutage } from '../postgres/server-node.ts';
import type { PromotionOperations } from '../postgres/promotion-operations.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import { required } from '../../required.ts';
import type { Account } from './account.ts';
import type { LaunchedServers, LaunchedServer } from './launch-servers.ts';
import { removeDirectory } from './directories.ts';
import { socketAddress } from './socket-address.ts';
import { copyData } from './template.ts';

/** The port of the new primary before clients may connect. On a UNIX socket the port only determines the file name. */
const HIDDEN_PORT = 5433;

export interface EmbeddedPromotionOptions {
  account: Account;
  teardown: Teardown;
  outageOf(replica: string): ApplyOutage;
}

export function promotionOperations(
  { primary, standbys }: LaunchedServers,
  { account, teardown, outageOf }: EmbeddedPromotionOptions,
): PromotionOperations {
  const { signal } = teardown;
  const visible = socketPath(primary.sockets);
  const hidden = socketPath(primary.sockets, HIDDEN_PORT);
  const standby = (name: string): LaunchedServer =>
    required(
      standbys.find((each) => each.name === name),
      name,
    );
  const replaceData = async (from: LaunchedServer, to: LaunchedServer): Promise<void> => {
    await removeDirectory(to.data);
    await copyData(from.data, to.data, { account, signal });
  };
  return {
    outageOf,
    hidePrimary: () => rm(visible),
    killPrimary: () => primary.server.crash(),
    async startOnCopyOf(replica) {
      await replaceData(standby(replica), primary);
      await primary.server.restart(signal, { port: String(HIDDEN_PORT) });
      return { ...socketAddress(primary.sockets), at: { path: hidden } };
    },
    showPrimary: () => rename(hidden, visible),
    copyDisk: (from, to) => replaceData(standby(from), standby(to)),
  };
}
