/** Outages of a replica: one suite, run over every backend with the capabilities `outage-…`. */
import { askNode } from './ask-node.test-support.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Backend, Cluster, DatabaseNode, ReplicaNode } from '../port/backend.ts';
import { clientOf, conformanceOptions } from './conformance.case.ts';

/** Restarting a server takes a while. */
const TIMEOUT_MS = 30_000;

export function describeOutages(backend: Backend): void {
  const deaths: Error[] = [];
  let cluster: Cluster;
  let replica: ReplicaNode;
  let stories = 0;
  let id = '';

  beforeAll(async () => {
    cluster = await backend.start({ ...conformanceOptions(1), onDeath: (reason) => deaths.push(reason) });
    replica = cluster.replicas[0]!;
  });

  afterAll(async () => {
    await cluster.close();
    expect(deaths).toEqual([]);
  });

  beforeEach(async () => {
    id = `story-${++stories}`;
    await cluster.insert('stories', { id, progress: 10 });
    await cluster.commitsDelivered();
    await replica.resume();
  });

  const write = async (progress: number): Promise<void> => {
    const { error } = await clientOf(cluster.primary, cluster.secretKey)
      .from('stories')
      .update({ progress })
      .eq('id', id);
    expect(error).toBeNull();
  };

  const shown = async (node: DatabaseNode = replica): Promise<unknown> => {
    const url = `http://localhost/rest/v1/stories?select=progress&id=eq.${id}`;
    const { secretKey } = cluster;
    const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}` };
    const response = await askNode(node, new Request(url, { headers }));
    if (!response.ok) throw new Error(await response.text());
    return ((await response.json()) as { progress: number }[])[0]?.progress;
  };

  const eventuallyShown = async (progress: number): Promise<void> => {
    const deadline = performance.now() + TIMEOUT_MS;
    while ((await shown().catch(() => undefined)) !== progress) {
      if (performance.now() > deadline) throw new Error(`${progress}% was not shown within ${TIMEOUT_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  describe('a replica', { timeout: 2 * TIMEOUT_MS }, () => {
    it('that is partitioned from the primary keeps answering with stale data, and catches up afterwards', async () => {
      const heal = await replica.outage!('partition');
      await write(20);
      expect(await shown()).toBe(10);
      await heal();
      await eventuallyShown(20);
    });

    it('that is frozen lets requests hang until it is thawed', async () => {
      const thaw = await replica.outage!('freeze');
      let isAnswered = false;
      const answer = shown().finally(() => (isAnswered = true));
      await write(20);
      await cluster.commitsDelivered();
      expect(isAnswered).toBe(false);
      await thaw();
      expect([10, 20]).toContain(await answer);
      await eventuallyShown(20);
    });

    it('that is killed cannot be reached, and catches up when it is back', async () => {
      const restart = await replica.outage!('kill');
      await expect(replica.lsn()).rejects.toThrow();
      await expect(shown()).rejects.toThrow();
      await write(20);
      await restart();
      await eventuallyShown(20);
      expect(await shown()).toBe(20);
    });

    it('that restarts catches up afterwards', async () => {
      const restarted = await replica.outage!('restart');
      await write(20);
      await restarted();
      await eventuallyShown(20);
      expect(await shown()).toBe(20);
    });

    it.each(['freeze', 'kill', 'partition'] as const)(
      'whose replay is paused during a %s is paused after it',
      async (how) => {
        const heal = await replica.outage!(how);
        await replica.pause();
        await write(20);
        await heal();
        expect(await shown()).toBe(10);
        await replica.resume();
        expect(await shown()).toBe(20);
      },
    );

    it.each([
      ['kill', 'kill'],
      ['freeze', 'kill'],
      ['kill', 'freeze'],
      ['kill', 'restart'],
    ] as const)(
      'with overlapping outages, a %s and then a %s, works again when both are over',
      async (first, second) => {
        const endFirst = await replica.outage!(first);
        const endSecond = await replica.outage!(second);
        await write(20);
        await endSecond();
        if (first === 'kill') await expect(shown()).rejects.toThrow();
        await endFirst();
        await eventuallyShown(20);
        expect(await shown()).toBe(20);
      },
    );

    it('that is delayed when it is killed is delayed when it is back', async () => {
      await replica.delay(60_000);
      const restart = await replica.outage!('kill');
      await write(20);
      await restart();
      expect(await shown()).toBe(10);
      await replica.resume();
      expect(await shown()).toBe(20);
    });
  });
}
