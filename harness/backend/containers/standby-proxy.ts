import type { Address } from '../postgres/address.ts';
import { WalProxy } from '../postgres/wal-proxy.ts';
import type { Networks } from './networks.ts';

/** Listens on this host's address in the replication network, where only containers of that network can connect. */
export async function listenForStandby(
  { hostOnReplication }: Pick<Networks, 'hostOnReplication'>,
  primary: Address['at'],
): Promise<{ proxy: WalProxy; reachedAt: string }> {
  const listen = async (host: string): Promise<WalProxy> => {
    const proxy = new WalProxy({ listenOn: { host, port: 0 }, upstream: Promise.resolve(primary) });
    await proxy.listen();
    return proxy;
  };
  if (hostOnReplication !== undefined) {
    const proxy = await listen(hostOnReplication).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRNOTAVAIL') throw error;
    });
    if (proxy) return { proxy, reachedAt: hostOnReplication };
  }
  // If the engine runs in a virtual machine, containers reach this host by this name.
  return { proxy: await listen('127.0.0.1'), reachedAt: 'host.docker.internal' };
}
