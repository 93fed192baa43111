/** The loss of the primary and the promotion of a replica: run over every backend with the capability `promotion`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareLsn } from '../history/lsn.ts';
import { askNode } from './ask-node.test-support.ts';
import type { Backend, Cluster, Commit, DatabaseNode } from '../port/backend.ts';
import { clientOf, conformanceOptions } from './conformance.case.ts';

const SEEN_WITHIN_MS = 90_000;
const ANSWER_WITHIN_MS = 10_000;

/** What is seen, or the error. */
const settled = async (see: () => unknown): Promise<unknown> => {
  try {
    return await see();
  } catch (error) {
    return error;
  }
};

export function describePromotion(backend: Backend): void {
  const deaths: Error[] = [];
  let commits: Commit[];
  let cluster: Cluster;

  beforeEach(async () => {
    commits = [];
    cluster = await backend.start({
      ...conformanceOptions(2),
      onCommit: (commit) => commits.push(commit),
      onDeath: (reason) => deaths.push(reason),
    });
    await cluster.insert('stories', { id: 's', progress: 10 });
    await cluster.insert('stories', { id: 'other', progress: 50 });
    await cluster.commitsDelivered();
    for (const replica of cluster.replicas) await replica.resume();
  });

  afterEach(async () => {
    await cluster.close();
    expect(deaths).toEqual([]);
  });

  const write = (progress: number, id = 's') =>
    clientOf(cluster.primary, cluster.secretKey).from('stories').update({ progress }).eq('id', id);

  const shown = async (node: DatabaseNode): Promise<unknown> => {
    const headers = { apikey: cluster.secretKey, authorization: `Bearer ${cluster.secretKey}` };
    const request = new Request('http://localhost/rest/v1/stories?select=progress&id=eq.s', { headers });
    const response = await askNode(node, request);
    return ((await response.json()) as { progress: number }[])[0]?.progress;
  };

  /** Fails with what was seen last, instead of by the time limit of the test. */
  const eventually = async (see: () => unknown, holds: (seen: unknown) => boolean): Promise<void> => {
    const end = performance.now() + SEEN_WITHIN_MS;
    for (;;) {
      const seen = await Promise.race([settled(see), sleep(ANSWER_WITHIN_MS, 'no answer')]);
      if (holds(seen)) return;
      if (performance.now() > end) throw new Error(`after ${SEEN_WITHIN_MS / 1e3} s: ${String(seen)}`);
      await sleep(2);
    }
  };
  const untilShown = (node: DatabaseNode, progress: number): Promise<void> =>
    eventually(
      () => shown(node),
      (seen) => seen === progress,
    );

  describe('a promotion', () => {
    it('loses the commits that the replica had not replayed, and continues under the name of the primary', async () => {
      const [late, timely] = cluster.replicas;
      await write(20);
      await cluster.commitsDelivered();
      await Promise.all([late!.resume(), timely!.resume()]);
      await late!.pause();
      expect([await write(30), await write(40)]).toMatchObject([{ error: null }, { error: null }]);
      await cluster.commitsDelivered();
      await timely!.resume();

      const { lsn, commitsLost } = await cluster.promote!('replica-1', 0);
      await untilShown(cluster.primary, 20);
      expect(commitsLost).toBe(2);
      expect(commits.at(-1)).toMatchObject({ key: 's', progress: 20, promoted: 'replica-1', lsn });
      expect(commits.filter(({ promoted }) => promoted !== undefined)).toHaveLength(1);
      await untilShown(timely!, 20);

      expect(await write(25)).toMatchObject({ error: null });
      await cluster.commitsDelivered();
      await untilShown(timely!, 25);
      const last = commits.at(-1)!;
      expect(last).toMatchObject({ progress: 25 });
      expect(last.promoted).toBeUndefined();
      for (const before of commits.slice(0, -1)) expect(compareLsn(before.lsn, last.lsn)).toBeLessThan(0);
    });

    it('loses no commit that the replica had replayed', async () => {
      await write(20);
      await cluster.commitsDelivered();
      await cluster.replicas[0]!.resume();
      const { commitsLost } = await cluster.promote!('replica-1', 0);
      await untilShown(cluster.primary, 20);
      expect(commitsLost).toBe(0);
      expect(commits.filter(({ promoted }) => promoted !== undefined)).toEqual([]);
    });

    it('leaves the primary unreachable until it is done, and the promoted replica until it is replaced', async () => {
      const [promoted] = cluster.replicas;
      const { replace } = await cluster.promote!('replica-1', 100);
      await expect(cluster.primary.lsn()).rejects.toThrow();
      await expect(shown(cluster.primary)).rejects.toThrow();
      await expect(cluster.promote!('replica-2', 0)).rejects.toThrow(/replica-2 cannot be promoted/);
      await untilShown(cluster.primary, 10);
      await expect(shown(promoted!)).rejects.toThrow();
      await write(20);
      await replace();
      await promoted!.resume();
      expect(await shown(promoted!)).toBe(20);
    });

    it('is refused for a replica that is down, which then comes back unaffected', async () => {
      const [down] = cluster.replicas;
      const restart = await down!.outage!('kill');
      await expect(cluster.promote!('replica-1', 0)).rejects.toThrow(/replica-1 cannot be promoted/);
      await write(20);
      await restart();
      await untilShown(down!, 20);
    });

    it('keeps the lag of every replica that is not ahead of the new primary', async () => {
      const [promoted, other] = cluster.replicas;
      await other!.pause();
      await write(20);
      await cluster.commitsDelivered();
      await promoted!.resume();
      await promoted!.pause();
      await write(30);
      const { replace } = await cluster.promote!('replica-1', 0);
      await replace();
      await write(40);
      await cluster.commitsDelivered();
      expect([await shown(promoted!), await shown(other!)]).toEqual([20, 10]);
      await other!.holdAt(commits.at(-1)!.lsn);
      await write(50);
      expect([await shown(promoted!), await shown(other!)]).toEqual([20, 40]);
      await Promise.all([promoted!.resume(), other!.resume()]);
      expect([await shown(promoted!), await shown(other!)]).toEqual([50, 50]);
    });

    it('removes lost commits from a replica that is held there, and keeps it held', async () => {
      const [promoted, other] = cluster.replicas;
      await promoted!.pause();
      await write(20);
      await cluster.commitsDelivered();
      await other!.holdAt(commits.at(-1)!.lsn);
      await cluster.promote!('replica-1', 0);
      await untilShown(cluster.primary, 10);
      await write(30);
      await cluster.commitsDelivered();
      expect(await shown(other!)).toBe(10);
      await other!.holdAt(commits.at(-1)!.lsn);
      expect(await shown(other!)).toBe(30);
    });

    it.each(['freeze', 'kill', 'partition', 'restart'] as const)(
      'also resets a replica that was ahead, after its %s',
      async (how) => {
        const [promoted, other] = cluster.replicas;
        await promoted!.pause();
        await write(20);
        await cluster.commitsDelivered();
        await other!.resume();
        const heal = await other!.outage!(how);
        await cluster.promote!('replica-1', 0);
        await untilShown(cluster.primary, 10);
        await heal();
        await untilShown(other!, 10);
        expect(await write(30)).toMatchObject({ error: null });
        await untilShown(other!, 30);
      },
    );

    it('during concurrent writes reports every acknowledged commit, and counts the lost ones', async () => {
      const client = clientOf(cluster.primary, cluster.secretKey);
      const acknowledged: string[] = [];
      const writing = new AbortController();
      const writers = ['a', 'b', 'c', 'd'].map(async (writer) => {
        for (let nth = 0; !writing.signal.aborted; nth += 1) {
          const { error } = await client.from('stories').insert({ id: `${writer}-${nth}`, progress: 1 });
          if (error === null) acknowledged.push(`${writer}-${nth}`);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
      await eventually(
        () => acknowledged.length,
        (count) => Number(count) > 20,
      );
      await cluster.replicas[0]!.pause();
      const before = acknowledged.length;
      await eventually(
        () => acknowledged.length,
        (count) => Number(count) > before + 20,
      );
      const { commitsLost } = await cluster.promote!('replica-1', 0);
      const reported = new Set(commits.map(({ key }) => key));
      const acknowledgedThen = [...acknowledged];
      await untilShown(cluster.primary, 10);
      writing.abort();
      await Promise.all(writers);
      const { data } = await client.from('stories').select('id');
      const left = new Set((data as { id: string }[]).map(({ id }) => id));
      expect(acknowledgedThen.filter((id) => !reported.has(id))).toEqual([]);
      expect([...reported].filter((id) => !left.has(id)).length).toBe(commitsLost);
      expect(commitsLost).toBeGreaterThan(20);
      await write(20);
      await cluster.commitsDelivered();
      const written = commits.filter(({ promoted }) => promoted === undefined).map(({ lsn }) => lsn);
      expect(written).toEqual(written.toSorted(compareLsn));
    });

    it('allows lags to begin and end while there is no primary', async () => {
      const [promoted, other] = cluster.replicas;
      await promoted!.pause();
      await write(20);
      await cluster.commitsDelivered();
      await other!.resume();
      await cluster.promote!('replica-1', 50);
      await Promise.all([other!.resume(), untilShown(cluster.primary, 10)]);
      await write(30);
      await other!.resume();
      expect(await shown(other!)).toBe(30);
    });

    it('does not let a hold wait for a lost commit', async () => {
      const [promoted, other] = cluster.replicas;
      await promoted!.pause();
      const heal = await other!.outage!('partition');
      await write(20);
      await cluster.commitsDelivered();
      const held = other!.holdAt(commits.at(-1)!.lsn);
      await cluster.promote!('replica-1', 0);
      await untilShown(cluster.primary, 10);
      await heal();
      await held;
      expect(await shown(other!)).toBe(10);
    });

    it('can be repeated when the promoted primary is lost, too', async () => {
      const [first] = cluster.replicas;
      const { replace } = await cluster.promote!('replica-1', 0);
      await replace();
      await write(20);
      await cluster.commitsDelivered();
      await first!.resume();
      await cluster.replicas[1]!.pause();
      await write(30);
      await cluster.commitsDelivered();
      await first!.resume();
      const { commitsLost } = await cluster.promote!('replica-2', 0);
      await untilShown(cluster.primary, 20);
      expect(commitsLost).toBe(1);
      await untilShown(first!, 20);
    });
  });
}
