import { expect, it } from 'vitest';
import { RequestLost, type EnvironmentError } from '../errors.ts';
import { RequestQueue } from './request-queue.ts';

function queueOf(inFlightMax: number) {
  const time = { ms: 0 };
  const overloads: EnvironmentError[] = [];
  const onOverload = (reason: EnvironmentError): void => void overloads.push(reason);
  return { queue: new RequestQueue({ inFlightMax, nowMs: () => time.ms, onOverload }), time, overloads };
}

it('lets so many requests run at the same time, the others in order, and says how long they waited', async () => {
  const { queue, time } = queueOf(2);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string): Promise<void> =>
    queue.run(() => {
      order.push(name);
      return new Promise((resolve) => ends.push(resolve));
    });
  const all = ['a', 'b', 'c', 'd'].map(ask);
  expect(order).toEqual(['a', 'b']);
  time.ms = 30;
  ends[0]!();
  await all[0];
  await expect.poll(() => order).toEqual(['a', 'b', 'c']);
  ends[1]!();
  await all[1];
  await expect.poll(() => order).toEqual(['a', 'b', 'c', 'd']);
  ends[2]!();
  ends[3]!();
  await Promise.all(all);
  expect(queue.waited()).toEqual({ requests: 4, queued: 2, meanMs: 15, maxMs: 30 });
});

it('goes on after a request that failed', async () => {
  const { queue } = queueOf(1);
  await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await queue.run(async () => 'yes')).toBe('yes');
});

it('loses those that wait when it is closed, also because they are too many', async () => {
  const { queue, overloads } = queueOf(1);
  const end = Promise.withResolvers<string>();
  const first = queue.run(() => end.promise);
  const waiting = queue.run(async () => 'sent');
  queue.close();
  await expect(waiting).rejects.toThrow(RequestLost);
  const many = Array.from({ length: 10_001 }, () =>
    queue.run(async () => 'sent').catch((error: Error) => error.message),
  );
  expect(new Set(await Promise.all(many))).toEqual(new Set(['the request was not sent']));
  expect(overloads).toEqual([expect.objectContaining({ code: 'overloaded', exitCode: 2 })]);
  end.resolve('answered');
  expect(await first).toBe('answered');
});
