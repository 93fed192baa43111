import type { Sql } from 'postgres';
import { expect, it } from 'vitest';
import { LeasePool, type Pipelining } from './lease-pool.ts';

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

const AHEAD: Pipelining = { isAhead: (text) => text !== 'select', isPrepared: (text) => text === 'select' };

/** A connection that answers when it is told to. */
function manualPool() {
  const asked: { text: string; prepare: boolean; resolve(value: unknown): void; reject(reason: Error): void }[] = [];
  const unsafe = (text: string, _: unknown, { prepare }: { prepare: boolean }): Promise<unknown> =>
    new Promise((resolve, reject) => void asked.push({ text, prepare, resolve, reject }));
  const pool = new LeasePool(() => ({ unsafe, end: async () => {} }) as unknown as Sql<{}>, 1);
  return { pool, asked };
}

it('sends statements ahead, without waiting for those before', async () => {
  const { pool, asked } = manualPool();
  const lease = await pool.reserve(AHEAD);
  await lease.unsafe('begin');
  await lease.unsafe('role');
  const answer = lease.unsafe('select');
  expect(asked.map(({ text }) => text)).toEqual(['begin', 'role', 'select']);
  for (const { text, resolve } of asked) resolve([text]);
  expect(await answer).toEqual(['select']);
});

it('fails a statement with the error of the first one that was sent ahead of it', async () => {
  const { pool, asked } = manualPool();
  const lease = await pool.reserve(AHEAD);
  await lease.unsafe('begin');
  await lease.unsafe('role');
  const answer = lease.unsafe('select');
  asked[0]!.resolve([]);
  asked[1]!.reject(new Error('no such role'));
  asked[2]!.reject(new Error('current transaction is aborted'));
  await expect(answer).rejects.toThrow('no such role');
});

it('fails nothing by a statement that nothing follows', async () => {
  const { pool, asked } = manualPool();
  const lease = await pool.reserve(AHEAD);
  await lease.unsafe('commit');
  lease.release();
  asked[0]!.reject(new Error('lost'));
  const next = (await pool.reserve(AHEAD)).unsafe('select');
  asked[1]!.resolve(['select']);
  expect(await next).toEqual(['select']);
});

it('prepares what is asked for, and only so much of it', async () => {
  const { pool, asked } = manualPool();
  const every = { isAhead: () => true, isPrepared: (text: string) => text !== 'begin' };
  const lease = await pool.reserve(every);
  await lease.unsafe('begin');
  for (let at = 0; at < 110; at += 1) await lease.unsafe(`select ${at}`);
  await lease.unsafe('select 0');
  expect(asked.filter(({ prepare }) => prepare).length).toBe(101);
  expect([asked[0]!.prepare, asked.at(-1)!.prepare, asked.at(-2)!.prepare]).toEqual([false, true, false]);
});
