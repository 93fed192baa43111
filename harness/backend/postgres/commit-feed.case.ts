/** The commit feed: one suite, run over every backend of PostgreSQL servers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareLsn } from '../../history/lsn.ts';
import { clientOf } from './stories.case.ts';
import type { StartStories, StoriesCluster } from './stories.case.ts';

export function commitsCases(startStories: StartStories): void {
  let stories: StoriesCluster;

  beforeAll(async () => {
    stories = await startStories(0);
  });

  afterAll(() => stories.cluster.close());

  beforeEach(async () => {
    await stories.cluster.query('truncate stories cascade');
    await stories.cluster.query(`insert into stories (id) select 's' || n from generate_series(1, 3) n`);
    await stories.cluster.commitsDelivered();
    stories.commits.length = 0;
  });

  describe('the commits of the tracked table', () => {
    it('have their values and a unique LSN', async () => {
      await stories.cluster.query(`update stories set progress = 10, status = 'generating' where id = 's1'`);
      await stories.cluster.query(`update stories set generation = 2, progress = 0 where id = 's1'`);
      await stories.cluster.commitsDelivered();
      const [first, second] = stories.commits;
      expect(stories.commits).toMatchObject([
        { key: 's1', generation: 1, progress: 10, status: 'generating' },
        { key: 's1', generation: 2, progress: 0, status: 'generating' },
      ]);
      expect(compareLsn(first!.lsn, second!.lsn)).toBeLessThan(0);
      expect(compareLsn(second!.lsn, await stories.cluster.primary.lsn())).toBeLessThanOrEqual(0);
    });

    it('are reported in commit order, also with concurrent writers', async () => {
      const writers = ['s1', 's2', 's3'].flatMap((id) =>
        [1, 2, 3].map(async () => {
          for (let count = 0; count < 30; count += 1) {
            await stories.cluster.query('update stories set progress = progress + 1 where id = $1 and progress < 90', [
              id,
            ]);
          }
        }),
      );
      await Promise.all(writers);
      await stories.cluster.commitsDelivered();
      for (const id of ['s1', 's2', 's3']) {
        const progress = stories.commits.filter(({ key }) => key === id).map((commit) => commit.progress);
        expect(progress).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
      }
      const positions = stories.commits.map(({ lsn }) => lsn);
      expect(positions).toEqual(positions.toSorted(compareLsn));
    });

    it('are ordered by commit, not by the time of the write', async () => {
      // Each script is one transaction.
      const early = stories.cluster.query(`update stories set progress = 1 where id = 's1'; select pg_sleep(0.1)`);
      const late = stories.cluster.query(`select pg_sleep(0.03); update stories set progress = 2 where id = 's2'`);
      await Promise.all([early, late]);
      await stories.cluster.commitsDelivered();
      expect(stories.commits.map(({ key }) => key)).toEqual(['s2', 's1']);
    });

    it('are reported for writes through REST, and not for rolled back ones', async () => {
      const client = clientOf(stories.cluster.primary, stories.cluster.secretKey);
      await expect(stories.cluster.query(`update stories set progress = 99; select 1 / 0`)).rejects.toThrow('by zero');
      await client.from('stories').update({ progress: 101 }).eq('id', 's2');
      await client.from('stories').update({ progress: 42 }).eq('id', 's2');
      await stories.cluster.commitsDelivered();
      expect(stories.commits).toMatchObject([{ key: 's2', progress: 42 }]);
    });

    it('have all been reported when commitsDelivered resolves', async () => {
      for (let value = 1; value <= 50; value += 1) {
        await stories.cluster.query(`update stories set progress = $1 where id = 's1'`, [value]);
        await stories.cluster.commitsDelivered();
        expect(stories.commits.at(-1)?.progress).toBe(value);
      }
    });
  });

  describe('the tracked table', () => {
    const tracked = { table: 'stories', key: 'id', progress: 'progress' };

    it('must exist, and so must its columns; the error names what is missing', async () => {
      await expect(startStories(0, { tracked: { ...tracked, table: 'tales' } })).rejects.toThrow('no table tales');
      await expect(startStories(0, { tracked: { ...tracked, progress: 'percent' } })).rejects.toThrow(
        'no column percent',
      );
    });

    it('may have no primary key, and upper-case names', async () => {
      const sql = `create schema "App"; create table "App"."Tales" ("Id" int, "Percent" numeric)`;
      const { cluster, commits } = await startStories(0, {
        migrations: [{ name: 'tales.sql', sql }],
        tracked: { table: 'App.Tales', key: 'Id', progress: 'Percent' },
      });
      await cluster.query(`insert into "App"."Tales" values (7, 12.5)`);
      await cluster.query(`update "App"."Tales" set "Percent" = 13`);
      await cluster.commitsDelivered();
      expect(commits.map(({ key, generation, progress }) => [key, generation, progress])).toEqual([
        ['7', 1, 12.5],
        ['7', 1, 13],
      ]);
      await cluster.close();
    });

    it('may be created by a migration with its own transactions', async () => {
      const sql = `begin; create table stories (id int primary key, progress int); commit; begin; select 1; commit;`;
      const { cluster } = await startStories(0, { migrations: [{ name: 'own.sql', sql }], tracked });
      expect(await cluster.query('select id from stories')).toEqual([]);
      await cluster.close();
    });

    it('is not looked up if a migration fails; the error names the migration and its line', async () => {
      const migrations = [{ name: '1_broken.sql', sql: 'select 1;\ncreate tabel x();' }];
      await expect(startStories(0, { migrations })).rejects.toThrow(/Migration 1_broken\.sql, line 2: syntax error/);
    });
  });
}
