/** Lag of a replica: one suite, run over every backend of PostgreSQL servers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareLsn } from '../../history/lsn.ts';
import type { Commit, ReplicaNode } from '../../port/backend.ts';
import type { StartStories, StoriesClient, StoriesCluster } from './stories.case.ts';
import { clientOf, eventually, shownProgress } from './stories.case.ts';

export function lagCases(startStories: StartStories): void {
  let stories: StoriesCluster;
  let replica: ReplicaNode;
  let other: ReplicaNode;
  let reader: StoriesClient;
  let otherReader: StoriesClient;

  beforeAll(async () => {
    stories = await startStories(2);
    const { cluster } = stories;
    [replica, other] = [cluster.replicas[0]!, cluster.replicas[1]!];
    reader = clientOf(replica, cluster.secretKey);
    otherReader = clientOf(other, cluster.secretKey);
  });

  afterAll(() => stories.cluster.close());

  beforeEach(async () => {
    await stories.cluster.query(`insert into stories (id) values ('s') on conflict (id) do update set progress = 0`);
    await Promise.all([replica.resume(), other.resume(), stories.cluster.commitsDelivered()]);
    stories.commits.length = 0;
  });

  /** Commits the given values one after the other; resolves to their commits. */
  async function write(...values: number[]): Promise<Commit[]> {
    const before = stories.commits.length;
    for (const value of values) await stories.cluster.query(`update stories set progress = $1 where id = 's'`, [value]);
    await stories.cluster.commitsDelivered();
    return stories.commits.slice(before);
  }

  const shown = (): Promise<number | undefined> => shownProgress(reader, 's');
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  describe('holding a replica', () => {
    it('at an LSN shows that commit and nothing after it, step by step', async () => {
      await replica.pause();
      const commits = await write(...upTo(30));
      for (const commit of commits) {
        await replica.holdAt(commit.lsn);
        expect(await shown()).toBe(commit.progress);
        expect(compareLsn(await replica.lsn(), commit.lsn)).toBe(0);
      }
    });

    it('at an LSN hides later commits until it is resumed, while the other replica shows them', async () => {
      const [first] = await write(1);
      await replica.holdAt(first!.lsn);
      await write(2, 3);
      await other.resume();
      expect(await shownProgress(otherReader, 's')).toBe(3);
      expect(await shown()).toBe(1);
      await replica.resume();
      expect(await shown()).toBe(3);
    });

    it('at an LSN far ahead waits until another call replaces it', async () => {
      const outcome = replica.holdAt('F/0').catch((error: unknown) => error);
      await write(1);
      await replica.resume();
      expect(await outcome).toMatchObject({ code: 'lag-replaced' });
      expect(await shown()).toBe(1);
    });

    it('at a commit before the last one that it has is refused with a reason', async () => {
      const [first] = await write(1, 2);
      await replica.resume();
      await expect(replica.holdAt(first!.lsn)).rejects.toMatchObject({ code: 'hold-too-late' });
      await write(3);
      await replica.resume();
      expect(await shown()).toBe(3);
    });

    it('at its last commit works although WAL without commits has arrived since', async () => {
      const [commit] = await write(1);
      await stories.cluster.query(`select pg_logical_emit_message(false, 'test', 'noise', true)`);
      await replica.resume();
      await replica.holdAt(commit!.lsn);
      await write(2);
      expect(await shown()).toBe(1);
    });
  });

  describe('pausing a replica', () => {
    it('makes no later commit visible', async () => {
      for (const value of upTo(50)) {
        await replica.resume();
        const before = await shown();
        await replica.pause();
        await write(value);
        expect(await shown()).toBe(before);
      }
    });

    it('is reported by PostgreSQL, too', async () => {
      await replica.resume();
      expect((await reader.rpc('pause_state')).data).toBe('not paused');
      await replica.pause();
      expect((await reader.rpc('pause_state')).data).toBe('paused');
    });

    it('during concurrent writes stops replay until it is resumed', async () => {
      const writing = new AbortController();
      const writers = [1, 2, 3].map(async () => {
        while (!writing.signal.aborted)
          await stories.cluster.query(`update stories set progress = (progress + 1) % 100 where id = 's'`);
      });
      for (let round = 0; round < 10; round += 1) {
        await replica.pause();
        const before = await replica.lsn();
        const seen = stories.commits.length;
        await eventually(() => stories.commits.length > seen + 5);
        expect(await replica.lsn()).toBe(before);
        await replica.resume();
      }
      writing.abort();
      await Promise.all(writers);
    });

    it('can be combined with holding and delaying in any order', async () => {
      await replica.pause();
      await replica.resume();
      await replica.pause();
      const [one, two, three] = await write(1, 2, 3);
      await replica.holdAt(one!.lsn);
      expect(await shown()).toBe(1);
      await replica.pause();
      await replica.holdAt(two!.lsn);
      expect(await shown()).toBe(2);
      await replica.delay(5);
      await eventually(async () => (await shown()) === 3);
      await replica.pause();
      await write(4);
      expect(await shown()).toBe(3);
      expect(compareLsn(await replica.lsn(), three!.lsn)).toBeGreaterThanOrEqual(0);
      await replica.resume();
      expect(await shown()).toBe(4);
    });
  });

  describe('overlapping calls', () => {
    it('leave the replica in the state of the last call', async () => {
      for (const value of upTo(10)) {
        const calls = [replica.pause(), replica.delay(5), replica.resume(), replica.pause()];
        await Promise.allSettled(calls);
        const before = await shown();
        await write(value);
        expect(await shown()).toBe(before);
        await Promise.allSettled([replica.pause(), replica.holdAt('F/0'), replica.resume()]);
        expect(await shown()).toBe(value);
      }
    });
  });

  describe('delaying a replica', () => {
    it.each([50, 200])('by %i ms shows every commit, and none earlier than that after it was made', async (delayMs) => {
      await replica.delay(delayMs);
      const delays: number[] = [];
      for (const value of upTo(7)) {
        const started = performance.now();
        await stories.cluster.query(`update stories set progress = $1 where id = 's'`, [value]);
        await eventually(async () => (await shown()) === value);
        delays.push(performance.now() - started);
      }
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(delayMs);
    });

    it('ends at once when it is resumed', async () => {
      await replica.delay(60_000);
      await write(1);
      expect(await shown()).toBe(0);
      await replica.resume();
      expect(await shown()).toBe(1);
    });
  });
}
