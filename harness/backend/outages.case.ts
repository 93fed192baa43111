/** What becomes of a replica whose machine fails: one suite, run over every backend with the capabilities `outage-…`. */
import { askNode } from './ask-node.test-support.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Backend, Cluster, DatabaseNode, ReplicaNode } from '../port/backend.ts';
import { clientOf, conformanceOptions } from './conformance.case.ts';

/** A machine that starts again takes its time. */
const PATIENCE_MS = 30_000;

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
    const deadline = performance.now() + PATIENCE_MS;
    while ((await shown().catch(() => undefined)) !== progress) {
      if (performance.now() > deadline) throw new Error(`${progress}% was not shown within ${PATIENCE_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  describe('a replica', { timeout: 2 * PATIENCE_MS }, () => {
    it('that is cut off from the primary goes on answering, stale, and catches up afterwards', async () => {
      const mend = await replica.outage!('partition');
      await write(20);
      expect(await shown()).toBe(10);
      await mend();
      await eventuallyShown(20);
    });

    it('that is frozen lets whoever asks it wait, until it thaws', async () => {
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

    it('that is killed cannot be reached, and has everything when it is back', async () => {
      const revive = await replica.outage!('kill');
      await expect(replica.lsn()).rejects.toThrow();
      await expect(shown()).rejects.toThrow();
      await write(20);
      await revive();
      await eventuallyShown(20);
      expect(await shown()).toBe(20);
    });

    it('that restarts has everything afterwards', async () => {
      const restarted = await replica.outage!('restart');
      await write(20);
      await restarted();
      await eventuallyShown(20);
      expect(await shown()).toBe(20);
    });

    it.each(['freeze', 'kill', 'partition'] as const)(
      'that was told during a %s to be late is late after it',
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
    ] as const)('that suffers a %s and then a %s is whole when both are over', async (first, second) => {
      const endFirst = await replica.outage!(first);
      const endSecond = await replica.outage!(second);
      await write(20);
      await endSecond();
      if (first === 'kill') await expect(shown()).rejects.toThrow();
      await endFirst();
      await eventuallyShown(20);
      expect(await shown()).toBe(20);
    });

    it('that is late when it is killed is late when it is back', async () => {
      await replica.delay(60_000);
      const revive = await replica.outage!('kill');
      await write(20);
      await revive();
      expect(await shown()).toBe(10);
      await replica.resume();
      expect(await shown()).toBe(20);
    });
  });
}
