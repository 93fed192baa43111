import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplicaNode } from '../backend.ts';
import type { StoriesClient, StoriesCluster } from '../postgres/stories.case.ts';
import { clientOf, eventually, shownProgress, storiesOn } from '../postgres/stories.case.ts';
import { containersBackend } from './containers.ts';

let stories: StoriesCluster;
let replica: ReplicaNode;
let reader: StoriesClient;
let progress = 0;

beforeAll(async () => {
  stories = await storiesOn(containersBackend)(1);
  replica = stories.cluster.replicas[0]!;
  reader = clientOf(replica, stories.cluster.secretKey);
  await stories.cluster.query(`insert into stories (id) values ('s')`);
  await replica.resume();
});

afterAll(() => stories.cluster.close());

async function write(): Promise<number> {
  progress += 1;
  await stories.cluster.query(`update stories set progress = $1 where id = 's'`, [progress]);
  return progress;
}

/** Whether it shows the value, once it answers at all. */
const shows = (value: number): Promise<void> =>
  eventually(async () => (await shownProgress(reader, 's').catch(() => undefined)) === value, 30_000);

describe('a replica', () => {
  it('that is cut off from the primary goes on answering, stale, and catches up afterwards', async () => {
    const before = await write();
    await shows(before);
    const heal = await replica.outage!('partition');
    const written = await write();
    expect(await shownProgress(reader, 's')).toBe(before);
    await heal();
    await shows(written);
  });

  it('that is frozen lets whoever asks it wait, until it thaws', async () => {
    const before = await write();
    await shows(before);
    const thaw = await replica.outage!('freeze');
    let isAnswered = false;
    const answer = shownProgress(reader, 's').finally(() => (isAnswered = true));
    const written = await write();
    await stories.cluster.commitsDelivered();
    expect(isAnswered).toBe(false);
    await thaw();
    expect([before, written]).toContain(await answer);
    await shows(written);
  });

  it('that is killed cannot be reached, and has everything when it is back', async () => {
    const revive = await replica.outage!('kill');
    await expect(replica.lsn()).rejects.toThrow();
    const written = await write();
    await revive();
    await shows(written);
  });

  it('that restarts has everything afterwards', async () => {
    const restarted = await replica.outage!('restart');
    const written = await write();
    await restarted();
    await shows(written);
    expect(await shownProgress(reader, 's')).toBe(written);
  });

  it('is told of a table that is made while it runs', async () => {
    await stories.cluster.query('create table notes (id integer primary key)');
    await eventually(async () => (await reader.from('notes').select()).error === null);
    expect((await reader.from('notes').select()).data).toEqual([]);
  });

  it('has died for nobody by all that', () => expect(stories.deaths).toEqual([]));
});
