/** The behaviour that every backend must have: one suite, run over each of them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareLsn } from '../history/lsn.ts';
import { askNode } from '../backend/ask-node.test-support.ts';
import type { Backend, Cluster, Commit, ReplicaNode } from './backend.ts';
import { clientOf, conformanceOptions } from '../backend/conformance.case.ts';

export function describeBackend(backend: Backend): void {
  const commits: Commit[] = [];
  const deaths: Error[] = [];
  let cluster: Cluster;
  let primary: ReturnType<typeof clientOf>;
  let replica: ReplicaNode;
  let reader: ReturnType<typeof clientOf>;
  let stories = 0;
  let id = '';

  beforeAll(async () => {
    cluster = await backend.start({
      ...conformanceOptions(2),
      onCommit: (commit) => commits.push(commit),
      onDeath: (reason) => deaths.push(reason),
    });
    primary = clientOf(cluster.primary, cluster.secretKey);
    replica = cluster.replicas[0]!;
    reader = clientOf(replica, cluster.secretKey);
  });

  afterAll(async () => {
    await cluster.close();
    await cluster.close();
    expect(deaths).toEqual([]);
  });

  beforeEach(async () => {
    id = `story-${++stories}`;
    await cluster.insert('stories', { id });
    await cluster.commitsDelivered();
    await replica.resume();
  });

  const write = async (progress: number, generation = 1): Promise<Commit> => {
    const { error } = await primary.from('stories').update({ progress, generation }).eq('id', id);
    expect(error).toBeNull();
    await cluster.commitsDelivered();
    return commits.findLast((commit) => commit.key === id)!;
  };

  const shown = async (client = reader): Promise<number | undefined> => {
    const { data, error } = await client.from('stories').select('progress').eq('id', id).maybeSingle();
    expect(error).toBeNull();
    return data?.['progress'] as number | undefined;
  };

  const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  describe('a cluster', () => {
    it('names its databases', () => {
      expect(cluster.primary.name).toBe('primary');
      expect(cluster.replicas.map(({ name }) => name)).toEqual(['replica-1', 'replica-2']);
    });

    it('has keys in the format of Supabase, and states its versions', () => {
      expect(cluster.publishableKey).toMatch(/^sb_publishable_/);
      expect(cluster.secretKey).toMatch(/^sb_secret_/);
      expect(Object.keys(cluster.versions)).toContain('database');
    });

    it('inserts a row, with the defaults of the table', async () => {
      expect((await primary.from('stories').select().eq('id', id).single()).data).toMatchObject({
        id,
        generation: 1,
        progress: 0,
        status: null,
        is_public: null,
      });
    });

    it('rejects a row that violates a constraint', async () => {
      await expect(cluster.insert('stories', { id: 'x', progress: 101 })).rejects.toThrow(/stories_progress_check/);
    });
  });

  describe('commits', () => {
    it('are reported in order, with their values and increasing LSNs', async () => {
      await write(10);
      await primary.from('stories').update({ progress: 20, status: 'generating' }).eq('id', id);
      await write(0, 2);
      const reported = commits.filter(({ key }) => key === id);
      expect(reported.map(({ generation, progress, status }) => [generation, progress, status])).toEqual([
        [1, 0, undefined],
        [1, 10, undefined],
        [1, 20, 'generating'],
        [2, 0, 'generating'],
      ]);
      for (const [at, { lsn }] of reported.entries()) {
        if (at > 0) expect(compareLsn(reported[at - 1]!.lsn, lsn)).toBeLessThan(0);
        expect(compareLsn(lsn, (await cluster.primary.lsn())!)).toBeLessThanOrEqual(0);
      }
    });

    it('are not reported for an update that matches nothing, is refused, or is skipped by a trigger', async () => {
      await write(10, 2);
      const before = commits.length;
      await primary.from('stories').update({ progress: 20 }).eq('id', 'unknown');
      await primary.from('stories').update({ progress: 200 }).eq('id', id);
      await primary.from('stories').update({ generation: 1 }).eq('id', id);
      await cluster.commitsDelivered();
      expect(commits.slice(before)).toEqual([]);
      expect(await shown(primary)).toBe(10);
    });
  });

  describe('a replica', () => {
    it('catches up when it is resumed', async () => {
      await write(10);
      await replica.resume();
      expect(await shown()).toBe(10);
      expect(compareLsn(await replica.lsn(), (await cluster.primary.lsn())!)).toBeGreaterThanOrEqual(0);
    });

    it('shows nothing new while it is paused, and everything when it is resumed', async () => {
      await replica.pause();
      const lsn = await replica.lsn();
      await write(10);
      await write(20);
      expect(await shown()).toBe(0);
      expect(await replica.lsn()).toBe(lsn);
      await replica.resume();
      expect(await shown()).toBe(20);
    });

    it('stops at exactly the commit at which it is held', async () => {
      await replica.pause();
      const first = await write(10);
      const second = await write(20);
      await write(30);
      for (const [commit, progress] of [
        [first, 10],
        [second, 20],
      ] as const) {
        await replica.holdAt(commit.lsn);
        expect(await shown()).toBe(progress);
        expect(compareLsn(await replica.lsn(), commit.lsn)).toBeGreaterThanOrEqual(0);
      }
    });

    it('cannot be held at a commit before the last one that it shows', async () => {
      const first = await write(10);
      await write(20);
      await replica.resume();
      await expect(replica.holdAt(first.lsn)).rejects.toThrow(/cannot be held/);
    });

    it('shows commits after the delay when it is delayed', async () => {
      await replica.delay(60_000);
      await write(10);
      expect(await shown()).toBe(0);
      await replica.delay(1);
      await eventually(async () => (await shown()) === 10);
    });

    it('stops during a delay when it is paused', async () => {
      await replica.delay(60_000);
      await write(10);
      await replica.pause();
      expect(await shown()).toBe(0);
    });

    it('lags independently of other replicas', async () => {
      const other = cluster.replicas[1]!;
      await replica.pause();
      await write(10);
      await other.resume();
      expect([await shown(), await shown(clientOf(other, cluster.secretKey))]).toEqual([0, 10]);
    });

    it('refuses writes', async () => {
      for (const attempt of [
        reader.from('stories').insert({ id: 'new' }),
        reader.from('stories').update({ progress: 1 }).eq('id', id),
        reader.from('stories').delete().eq('id', id),
        reader.rpc('advance', { story: id }),
      ]) {
        expect(await attempt).toMatchObject({ status: 405, error: { code: '25006' } });
      }
    });
  });

  describe('a function that asks for the position in the WAL', () => {
    const position = async (client: ReturnType<typeof clientOf>) =>
      (await client.rpc('position', {}, { get: true }).single()).data as {
        is_replica: boolean;
        replayed: string | null;
      };

    it('finds the commits before it on the primary, which replays nothing', async () => {
      const { lsn } = await write(10);
      const { data } = await primary.rpc('current_lsn');
      expect(compareLsn(data as string, lsn)).toBeGreaterThanOrEqual(0);
      expect(await position(primary)).toEqual({ is_replica: false, replayed: null });
    });

    it('finds on a replica what that has replayed, and no position of the primary', async () => {
      await replica.pause();
      const first = await write(10);
      const second = await write(20);
      await replica.holdAt(first.lsn);
      const { is_replica: isReplica, replayed } = await position(reader);
      expect(isReplica).toBe(true);
      expect(compareLsn(replayed!, first.lsn)).toBeGreaterThanOrEqual(0);
      expect(compareLsn(replayed!, second.lsn)).toBeLessThan(0);
      await replica.resume();
      expect(compareLsn((await position(reader)).replayed!, second.lsn)).toBeGreaterThanOrEqual(0);
      const message = 'recovery is in progress';
      expect((await reader.rpc('current_lsn', {}, { get: true })).error).toMatchObject({ code: '55000', message });
    });

    it('finds within a transaction a position before its commit', async () => {
      const { data } = await primary.rpc('advance_early', { story: id });
      await cluster.commitsDelivered();
      expect(compareLsn(data as string, commits.at(-1)!.lsn)).toBeLessThan(0);
    });
  });

  describe('its REST', () => {
    it('refuses requests without a valid key', async () => {
      const anonymous = await askNode(cluster.primary, new Request('http://localhost/rest/v1/stories'));
      expect(anonymous.status).toBe(401);
      expect(await clientOf(cluster.primary, 'sb_secret_wrong').from('stories').select()).toMatchObject({
        status: 401,
      });
    });

    it('applies the row-level security policies to the publishable key', async () => {
      await primary.from('drafts').upsert({ id: 1, body: 'x' });
      await primary.from('news').upsert({ id: 1, body: 'y' });
      const anon = clientOf(cluster.primary, cluster.publishableKey);
      expect((await anon.from('drafts').select()).data).toEqual([]);
      expect((await anon.from('news').select()).data).toEqual([{ id: 1, body: 'y' }]);
      expect((await anon.from('news').update({ body: 'z' }).eq('id', 1).select()).data).toEqual([]);
      expect(await anon.from('news').insert({ id: 2 })).toMatchObject({ error: { code: '42501' } });
      expect((await primary.from('drafts').select()).data).toEqual([{ id: 1, body: 'x' }]);
    });

    it('rolls back a request that fails in part', async () => {
      const rows = [
        { id: 'partly', progress: 1 },
        { id: 'partly-2', progress: 101 },
      ];
      expect(await primary.from('stories').insert(rows)).toMatchObject({ status: 400, error: { code: '23514' } });
      expect((await primary.from('stories').select().in('id', ['partly', 'partly-2'])).data).toEqual([]);
    });

    it('answers a function call in the form of its return type', async () => {
      await write(40);
      expect((await primary.rpc('progress_of', { story: id })).data).toBe(40);
      expect((await primary.rpc('progress_of', { story: id }, { get: true })).data).toBe(40);
      expect((await primary.rpc('stories_from', { minimum: 40 }).eq('id', id).select('id').single()).data).toEqual({
        id,
      });
      expect((await primary.rpc('advance', { story: id, step: 2 })).data).toMatchObject({ id, progress: 42 });
      expect(await primary.rpc('forget', { story: id })).toMatchObject({ status: 204, data: null });
      expect((await primary.from('stories').select().eq('id', id)).data).toEqual([]);
    });

    it.each(['__proto__', 'constructor', 'prototype'])(
      'refuses %s as a column, a filter and an argument, and changes no object',
      async (name) => {
        const stories = () => primary.from('stories');
        const field = { [name]: { polluted: true } };
        const requests = [
          () => primary.rpc('progress_of', { story: id, ...field }),
          () => primary.rpc('stories_from', { minimum: 0, [name]: 'eq.x' }, { get: true }),
          () => stories().insert({ id: 'other', ...field }),
          () => stories().update(field).eq('id', id),
          () => stories().delete().eq(name, 'x'),
        ];
        for (const request of requests) {
          const { status, error } = await request();
          expect([status, error?.code]).toEqual([
            expect.toBeOneOf([400, 404]),
            expect.toBeOneOf(['42703', 'PGRST202', 'PGRST204']),
          ]);
        }
        expect(await shown()).toBe(0);
        const inherited: string[] = [];
        // Also the fields of its prototype.
        for (const key in {}) inherited.push(key);
        expect(inherited).toEqual([]);
      },
    );

    it('cascades deletes', async () => {
      await primary.from('chapters').insert({ story_id: id, number: 1, title: 'One' });
      await primary.from('stories').delete().eq('id', id);
      expect((await primary.from('chapters').select().eq('story_id', id)).data).toEqual([]);
    });
  });
}
