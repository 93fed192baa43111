import type { Sql } from 'postgres';
import { expect, it } from 'vitest';
import { LeasePool } from './lease-pool.ts';

/** A pool of fake connections; `closes[n]` breaks the n-th. */
function fakePool(max: number) {
  const closes: (() => void)[] = [];
  const sent: string[] = [];
  const pool = new LeasePool((onclose) => {
    const number = closes.push(onclose);
    const unsafe = async (text: string): Promise<void> => void sent.push(`${number}: ${text}`);
    return { unsafe, end: async () => {} } as unknown as Sql<{}>;
  }, max);
  return { pool, closes, sent };
}

it('leases a connection to one caller at a time, and reuses it', async () => {
  const { pool, closes } = fakePool(4);
  const [first] = [await pool.reserve(), await pool.reserve()];
  expect(closes.length).toBe(2);
  first!.release();
  await pool.reserve();
  expect(closes.length).toBe(2);
});

it('lets callers wait in order while all connections are leased', async () => {
  const { pool, sent } = fakePool(1);
  const lease = await pool.reserve();
  const waiting = ['second', 'third'].map(async (text) => {
    const mine = await pool.reserve();
    await mine.unsafe(text);
    mine.release();
  });
  await lease.unsafe('first');
  lease.release();
  await Promise.all(waiting);
  expect(sent).toEqual(['1: first', '1: second', '1: third']);
});

it('never continues a transaction on another connection after its connection broke', async () => {
  const { pool, closes, sent } = fakePool(1);
  const lease = await pool.reserve();
  await lease.unsafe('begin');
  closes[0]!();
  await expect(lease.unsafe('update')).rejects.toThrow('CONNECTION_CLOSED');
  lease.release();
  await (await pool.reserve()).unsafe('begin');
  expect(sent).toEqual(['1: begin', '2: begin']);
});

it('does not lease a connection that broke while it was idle', async () => {
  const { pool, closes, sent } = fakePool(2);
  (await pool.reserve()).release();
  closes[0]!();
  const lease = await pool.reserve();
  await lease.unsafe('select');
  expect(sent).toEqual(['2: select']);
});

it('rejects pending queries of a connection that breaks', async () => {
  const closes: (() => void)[] = [];
  const pool = new LeasePool((onclose) => {
    closes.push(onclose);
    return { unsafe: () => new Promise(() => {}), end: async () => {} } as unknown as Sql<{}>;
  }, 1);
  const answer = (await pool.reserve()).unsafe('rollback');
  closes[0]!();
  await expect(answer).rejects.toThrow('CONNECTION_CLOSED');
});
