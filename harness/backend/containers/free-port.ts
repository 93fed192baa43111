/** Chooses loopback ports before a container starts, so that they stay the same when it restarts. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { EnvironmentError } from '../../errors.ts';

const TRIES = 3;

/** Calls `start` with a free port, and again with another one if that port is taken meanwhile. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    const port = await freePort();
    try {
      return await start(port);
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (left === 1) throw portTaken(port, error);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isTaken(error: unknown): boolean {
  return /port is already allocated|address already in use/i.test((error as Error).message);
}

function portTaken(port: number, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'port-taken',
    `Port ${port} on 127.0.0.1 was taken before the container could use it, after ${TRIES} attempts.`,
    'Another program takes every free port: end it, and try again.',
    cause,
  );
}
