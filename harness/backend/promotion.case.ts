/** What becomes of a cluster whose primary is lost: one suite, run over every backend with the capability `promotion`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareLsn } from '../history/lsn.ts';
import { askNode } from './ask-node.test-support.ts';
import type { Backend, Cluster, Commit, DatabaseNode } from './backend.ts';
import { clientOf, conformanceOptions } from './conformance.case.ts';

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

  const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  describe('a promotion', () => {
    it('loses what the replica had not, and goes on from there under the name of the primary', async () => {
      const [late, timely] = cluster.replicas;
      await write(20);
      await cluster.commitsDelivered();
      await Promise.all([late!.resume(), timely!.resume()]);
      await late!.pause();
      expect([await write(30), await write(40)]).toMatchObject([{ error: null }, { error: null }]);
      await cluster.commitsDelivered();
      await timely!.resume();

      const { lsn, commitsLost } = await cluster.promote!('replica-1', 0);
      await eventually(async () => (await shown(cluster.primary)) === 20);
      expect(commitsLost).toBe(2);
      expect(commits.at(-1)).toMatchObject({ key: 's', progress: 20, promoted: 'replica-1', lsn });
      expect(commits.filter(({ promoted }) => promoted !== undefined)).toHaveLength(1);
      await eventually(async () => (await shown(timely!)) === 20);

      expect(await write(25)).toMatchObject({ error: null });
      await cluster.commitsDelivered();
      await eventually(async () => (await shown(timely!)) === 25);
      const last = commits.at(-1)!;
      expect(last).toMatchObject({ progress: 25 });
      expect(last.promoted).toBeUndefined();
      for (const before of commits.slice(0, -1)) expect(compareLsn(before.lsn, last.lsn)).toBeLessThan(0);
    });

    it('loses nothing that the replica had', async () => {
      await write(20);
      await cluster.commitsDelivered();
      await cluster.replicas[0]!.resume();
      const { commitsLost } = await cluster.promote!('replica-1', 0);
      await eventually(async () => (await shown(cluster.primary)) === 20);
      expect(commitsLost).toBe(0);
      expect(commits.filter(({ promoted }) => promoted !== undefined)).toEqual([]);
    });

    it('leaves nobody to answer as the primary until it is done, nor in the place of the replica until that is filled', async () => {
      const [promoted] = cluster.replicas;
      const { replace } = await cluster.promote!('replica-1', 100);
      await expect(cluster.primary.lsn()).rejects.toThrow();
      await expect(shown(cluster.primary)).rejects.toThrow();
      await expect(cluster.promote!('replica-2', 0)).rejects.toThrow(/replica-2 cannot be promoted/);
      await eventually(async () => (await shown(cluster.primary)) === 10);
      await expect(shown(promoted!)).rejects.toThrow();
      await write(20);
      await replace();
      await promoted!.resume();
      expect(await shown(promoted!)).toBe(20);
    });
  });
}
