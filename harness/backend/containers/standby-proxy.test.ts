import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { listenForStandby } from './standby-proxy.ts';

const primary = { host: '127.0.0.1', port: 1 };
/** Addresses of this machine, besides the one of the network. */
const others = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);

/** An address can vanish meanwhile, with a network of an engine: then no packet is answered. */
const ANSWER_WITHIN_MS = 2000;

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const isOpen = await once(socket, 'connect', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}

it.runIf(process.platform === 'linux')('listens in the network of the run only', async () => {
  // Linux has all of 127.0.0.0/8 on its loopback interface: it stands for the network here.
  const { proxy, reachedAt } = await listenForStandby({ hostOnReplication: '127.8.7.6' }, primary);
  expect(reachedAt).toBe('127.8.7.6');
  expect(await accepts(reachedAt, proxy.port)).toBe(true);
  for (const host of others()) expect([host, await accepts(host, proxy.port)]).toEqual([host, false]);
  await proxy.close();
});

it('listens on the loopback only, if the network of the run is in a virtual machine', async () => {
  // Reserved for documentation: no machine has it.
  const { proxy, reachedAt } = await listenForStandby({ hostOnReplication: '192.0.2.1' }, primary);
  expect(reachedAt).toBe('host.docker.internal');
  for (const host of others()) {
    expect([host, await accepts(host, proxy.port)]).toEqual([host, host === '127.0.0.1']);
  }
  await proxy.close();
});
