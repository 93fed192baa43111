import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOutages } from '../outages.case.ts';
import type { StoriesCluster } from '../postgres/stories.case.ts';
import { clientOf, eventually, storiesOn } from '../postgres/stories.case.ts';
import { containersBackend } from './containers.ts';

describe('outages of containers', () => describeOutages(containersBackend));

describe('a replica', () => {
  let stories: StoriesCluster;

  beforeAll(async () => {
    stories = await storiesOn(containersBackend)(1);
  });

  afterAll(() => stories.cluster.close());

  it('serves a table that is created while it runs', async () => {
    const reader = clientOf(stories.cluster.replicas[0]!, stories.cluster.secretKey);
    await stories.cluster.query('create table notes (id integer primary key)');
    await eventually(async () => (await reader.from('notes').select()).error === null);
    expect((await reader.from('notes').select()).data).toEqual([]);
  });
});
