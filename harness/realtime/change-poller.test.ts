import { expect, it } from 'vitest';
import type { ChangeFeed, ChangeTransaction, RowChange } from '../port/stream.ts';
import { ChangePoller, type Deliver } from './change-poller.ts';

/** A poller in time that the test advances. */
function manualPoller(deliver: Deliver = () => 1) {
  let nowMs = 1_000;
  const timers: { atMs: number; run(): void }[] = [];
  const listeners: ((transaction: ChangeTransaction) => void)[] = [];
  const read: { change: number; atMs: number }[] = [];
  const feed = { follow: (listener) => (listeners.push(listener), () => undefined) } as ChangeFeed;
  const poller = new ChangePoller({
    feed,
    nowMs: () => nowMs,
    later: (milliseconds, run) => void timers.push({ atMs: nowMs + milliseconds, run }),
    random: () => 0.5,
    deliver(change, transaction) {
      read.push({ change: Number(change.row!['n']), atMs: nowMs });
      return deliver(change, transaction);
    },
  });
  const advance = async (toMs: number): Promise<void> => {
    for (;;) {
      timers.sort((a, b) => a.atMs - b.atMs);
      const next = timers[0];
      if (next === undefined || next.atMs > toMs) break;
      timers.shift();
      nowMs = next.atMs;
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    nowMs = toMs;
  };
  let changes = 0;
  const commit = (count = 1): void => {
    const rows = Array.from(
      { length: count },
      () => ({ type: 'INSERT', row: { n: ++changes } }) as unknown as RowChange,
    );
    for (const listener of listeners) listener({ committedAtMs: nowMs, changes: rows });
  };
  return { poller, advance, commit, read };
}

it('polls every 500 ms while nothing is committed', async () => {
  const { poller, advance, commit, read } = manualPoller();
  poller.start();
  await advance(1_700);
  commit();
  await advance(3_000);
  expect(read).toEqual([{ change: 1, atMs: 2_000 }]);
});

it('polls again at once after a batch that was for somebody, and after 175 ms otherwise', async () => {
  for (const [frames, atMs] of [
    [1, 1_500],
    [0, 1_675],
  ] as const) {
    const { poller, advance, commit, read } = manualPoller(() => frames);
    poller.start();
    for (let at = 0; at < 150; at += 1) commit();
    await advance(3_000);
    expect(read.filter((each) => each.atMs === 1_500)).toHaveLength(frames === 1 ? 150 : 100);
    expect(read.at(-1)).toEqual({ change: 150, atMs });
  }
});

it('reads a transaction as a whole, however large', async () => {
  const { poller, advance, commit, read } = manualPoller(() => 0);
  poller.start();
  commit(99);
  commit(250);
  commit();
  await advance(1_600);
  expect(read).toHaveLength(349);
});

it('reads nothing that was committed before it started, or while the slot was lost', async () => {
  const { poller, advance, commit, read } = manualPoller();
  commit();
  poller.start();
  commit();
  const restore = poller.loseSlot();
  commit();
  await advance(1_100);
  restore();
  restore();
  commit();
  await advance(3_000);
  expect(read.map(({ change }) => change)).toEqual([4]);
});

it('waits for a change whose policies are being judged', async () => {
  const { poller, advance, commit, read } = manualPoller(async () => 1);
  poller.start();
  commit(3);
  await advance(3_000);
  expect(read.map(({ change }) => change)).toEqual([1, 2, 3]);
});

it('drops batches of more than 6000 changes a minute', async () => {
  const { poller, advance, commit, read } = manualPoller();
  poller.start();
  commit(6_000);
  commit();
  await advance(3_000);
  expect(read).toHaveLength(6_000);
  await advance(62_000);
  commit();
  await advance(63_000);
  expect(read).toHaveLength(6_001);
});
