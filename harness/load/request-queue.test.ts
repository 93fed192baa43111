import { expect, it } from 'vitest';
import { RequestQueue } from './request-queue.ts';

it('lets so many requests run at the same time, the others in order, and says how long they waited', async () => {
  let now = 0;
  const queue = new RequestQueue(2, () => now);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string): Promise<void> =>
    queue.run(() => {
      order.push(name);
      return new Promise((resolve) => ends.push(resolve));
    });
  const all = ['a', 'b', 'c', 'd'].map(ask);
  expect(order).toEqual(['a', 'b']);
  now = 30;
  ends[0]!();
  await all[0];
  await Promise.resolve();
  expect(order).toEqual(['a', 'b', 'c']);
  ends[1]!();
  await all[1];
  await Promise.resolve();
  ends[2]!();
  ends[3]!();
  await Promise.all(all);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  expect(queue.waited()).toEqual({ requests: 4, queued: 2, meanMs: 15, maxMs: 30 });
});

it('goes on after a request that failed', async () => {
  const queue = new RequestQueue(1, () => 0);
  await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await queue.run(async () => 'yes')).toBe('yes');
});
