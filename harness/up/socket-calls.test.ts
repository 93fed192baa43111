import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { callsOver } from './socket-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'calls-'));
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Sums {
  sum(a: number, b: number): number;
  nothing(): undefined;
  refuse(): never;
  fail(): never;
  wait(): Promise<void>;
}

const sums: Sums = {
  sum: (a, b) => a + b,
  nothing: () => undefined,
  refuse() {
    throw new UsageError('too-much', 'the sum is too large', 'use smaller numbers');
  },
  fail() {
    throw new Error('the sum is lost');
  },
  wait: () => new Promise(() => undefined),
};

async function connected(): Promise<{ mine: Socket; theirs: Promise<Socket> }> {
  const path = join(folder, 'socket');
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const mine = connect(path);
  open.push(server, { close: () => mine.destroy() });
  return { mine, theirs: accepted.promise };
}

it('returns results and errors of the other side, in any order', async () => {
  const { mine, theirs } = await connected();
  callsOver(await theirs, sums);
  const calls = callsOver<Sums>(mine, {});
  const refused = calls.call('refuse').catch((error: unknown) => error);
  expect(await Promise.all([calls.call('sum', 1, 2), calls.call('sum', 3, 4)])).toEqual([3, 7]);
  expect(await calls.call('nothing')).toBeUndefined();
  expect(await refused).toMatchObject({ code: 'too-much', hint: 'use smaller numbers', exitCode: 64 });
  await expect(calls.call('fail')).rejects.toThrow('the sum is lost');
});

it('rejects what is not answered when the connection ends, and every later call', async () => {
  const { mine, theirs } = await connected();
  const socket = await theirs;
  const calls = callsOver<Sums>(mine, {});
  const { ended } = callsOver(socket, sums);
  const waiting = calls.call('wait');
  await calls.call('sum', 1, 2);
  const rejected = waiting.catch((error: unknown) => error);
  socket.destroy();
  expect(await rejected).toMatchObject({ code: 'up-gone', exitCode: 2 });
  await Promise.all([ended, calls.ended]);
  await expect(calls.call('sum', 1, 2)).rejects.toMatchObject({ code: 'up-gone' });
});

it('ends a connection that carries anything else', async () => {
  const { mine, theirs } = await connected();
  const calls = callsOver(await theirs, sums);
  mine.write('GET / HTTP/1.1\n');
  expect(await calls.ended).toBeUndefined();
});
