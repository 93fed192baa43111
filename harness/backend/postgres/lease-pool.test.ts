import type { Sql } from 'postgres';
import { expect, it } from 'vitest';
import { LeasePool } from './lease-pool.ts';

/** A pool over pretended connections; `closes[n]` breaks the n-th. */
function pretend(max: number) {
  const closes: (() => void)[] = [];
  const asked: string[] = [];
  const pool = new LeasePool((onclose) => {
    const number = closes.push(onclose);
    const unsafe = async (text: string): Promise<void> => void asked.push(`${number}: ${text}`);
    return { unsafe, end: async () => {} } as unknown as Sql<{}>;
  }, max);
  return { pool, closes, asked };
}

it('lends a connection to one at a time, and uses it again', async () => {
  const { pool, closes } = pretend(4);
  const [first] = [await pool.reserve(), await pool.reserve()];
  expect(closes.length).toBe(2);
  first!.release();
  await pool.reserve();
  expect(closes.length).toBe(2);
});

it('lets those wait, in order, for whom there is none left', async () => {
  const { pool, asked } = pretend(1);
  const lease = await pool.reserve();
  const waiting = ['second', 'third'].map(async (text) => {
    const mine = await pool.reserve();
    await mine.unsafe(text);
    mine.release();
  });
  await lease.unsafe('first');
  lease.release();
  await Promise.all(waiting);
  expect(asked).toEqual(['1: first', '1: second', '1: third']);
});

it('never goes on with a transaction on another connection than the one that broke', async () => {
  const { pool, closes, asked } = pretend(1);
  const lease = await pool.reserve();
  await lease.unsafe('begin');
  closes[0]!();
  await expect(lease.unsafe('update')).rejects.toThrow('CONNECTION_CLOSED');
  lease.release();
  await (await pool.reserve()).unsafe('begin');
  expect(asked).toEqual(['1: begin', '2: begin']);
});

it('does not lend one that broke while nobody had it', async () => {
  const { pool, closes, asked } = pretend(2);
  (await pool.reserve()).release();
  closes[0]!();
  const lease = await pool.reserve();
  await lease.unsafe('select');
  expect(asked).toEqual(['2: select']);
});

it('rejects what the one that breaks has not answered', async () => {
  const closes: (() => void)[] = [];
  const pool = new LeasePool((onclose) => {
    closes.push(onclose);
    return { unsafe: () => new Promise(() => {}), end: async () => {} } as unknown as Sql<{}>;
  }, 1);
  const answer = (await pool.reserve()).unsafe('rollback');
  closes[0]!();
  await expect(answer).rejects.toThrow('CONNECTION_CLOSED');
});
