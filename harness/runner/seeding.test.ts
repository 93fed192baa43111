import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../port/backend.ts';
import type { Subject } from '../port/subject.ts';
import { storyKeys } from '../recording/story-keys.ts';
import { manualClock } from '../recording/virtual.test-support.ts';
import { prepareSeeding, storiesOf, type SeedingOptions } from './seeding.ts';

const folder = mkdtempSync(join(tmpdir(), 'seeding-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const migration = join(folder, '1.sql');
writeFileSync(migration, 'create table jobs ();');

const plan = {
  generations: [{ story: 'story-1' }, { story: 'story-1' }],
  observers: [{ story: 'story-2' }],
  faults: [],
} as unknown as SeedingOptions['plan'];

function options(more: Partial<Subject>, over: Partial<SeedingOptions> = {}): SeedingOptions {
  const tracked = { table: 'jobs', key: 'id', progress: 'percent' };
  const storyRow = (story: string) => ({ title: story });
  const subject = {
    name: 'app',
    migrations: [migration],
    tracked,
    storyRow,
    keyOf: (story: string) => `${story}!`,
    ...more,
  };
  return { plan, subject: subject as Subject, host: { clock: manualClock }, isConnecting: false, ...over };
}

async function inserted(given: SeedingOptions): Promise<unknown[]> {
  const rows: unknown[] = [];
  const cluster = {
    replicas: [],
    insert: async (table: string, row: object) => void rows.push([table, row]),
    commitsDelivered: async () => undefined,
  };
  await (await prepareSeeding(given)).insertInto(cluster as unknown as Cluster);
  return rows;
}

describe('the rows of a run', () => {
  it('are those of the seed in its order, then one for each story with its key', async () => {
    const seed = (stories: readonly { story: string }[]) => ({
      owners: [{ id: 'ada' }],
      teams: stories.map(({ story }) => ({ of: story })),
    });
    expect(await inserted(options({ seed }))).toEqual([
      ['owners', { id: 'ada' }],
      ['teams', { of: 'story-1' }],
      ['teams', { of: 'story-2' }],
      ['jobs', { id: 'story-1!', title: 'story-1' }],
      ['jobs', { id: 'story-2!', title: 'story-2' }],
    ]);
  });

  it('that the database refuses are named', async () => {
    const cluster = { insert: () => Promise.reject(new Error('no such column')) } as unknown as Cluster;
    const seeding = await prepareSeeding(options({ seed: () => ({ owners: [{}] }) }));
    await expect(seeding.insertInto(cluster)).rejects.toThrow(
      'a row of the seed for owners was refused by the database: no such column',
    );
  });
});

describe('the SQL of a seed', () => {
  const seed = () => 'insert into jobs default values';

  it('is applied after the migrations', async () => {
    const { schema } = await prepareSeeding(options({ seed }));
    expect(schema.migrations).toEqual([
      { name: '1.sql', sql: 'create table jobs ();' },
      { name: 'the seed', sql: seed() },
    ]);
  });

  it.each<[string, Partial<SeedingOptions>, string]>([
    ['a running target', { isConnecting: true }, 'cannot be removed from a running database again'],
    [
      'a model',
      {
        subject: { ...options({ seed }).subject, simulation: { tables: {} } },
        host: { clock: manualClock, simulation: { clock: manualClock(), epochMs: 0, random: () => 0 } },
      },
      'cannot run on the model of a simulation',
    ],
  ])('is refused for %s', async (_, over, why) => {
    await expect(prepareSeeding(options({ seed, simulation: { tables: {} } }, over))).rejects.toThrow(
      `the seed of the subject app is SQL, which ${why}`,
    );
  });
});

describe('the keys of the stories of a run', () => {
  it('have the names of their stories, and other keys are themselves', () => {
    const { storyOf } = storyKeys(storiesOf(plan), options({}).subject);
    expect(['story-1!', 'story-2!', 'else'].map(storyOf)).toEqual(['story-1', 'story-2', 'else']);
  });

  it('are refused if two stories have the same', () => {
    expect(() => storyKeys(storiesOf(plan), options({ keyOf: () => 7 }).subject)).toThrow(
      'the subject app gives story-1 and story-2 the same key 7',
    );
  });
});
