import { beforeEach, expect, it } from 'vitest';
import { EnvironmentError } from '../../errors.ts';
import { clientOf, conformanceOptions } from '../conformance.case.ts';
import { simulatedBackend } from './simulated.ts';

let client: any;
let failures: Error[];

beforeEach(async () => {
  failures = [];
  const cluster = await simulatedBackend.start({
    ...conformanceOptions(0),
    onDeath: (reason) => failures.push(reason),
  });
  client = clientOf(cluster.primary, cluster.secretKey);
  await client.from('stories').insert({ id: 'a' });
});

const stories = () => client.from('stories');

it.each<[what: string, request: () => { retry(isOn: boolean): PromiseLike<unknown> }, name: string]>([
  ['a related table', () => stories().select('id, chapters(title)'), 'chapters(title)'],
  ['a cast', () => stories().select('progress::text'), 'progress::text'],
  ['an aggregate', () => stories().select('progress.sum()'), 'progress.sum()'],
  ['a JSON path', () => stories().select('status->a'), 'status->a'],
  ['a filter on a JSON path', () => stories().select().eq('status->>a', '1'), 'status->>a'],
  ['a filter on a related table', () => stories().select().eq('chapters.title', 'x'), 'chapters.title'],
  ['full text search', () => stories().select().textSearch('status', 'x'), 'fts'],
  ['containment', () => stories().select().contains('status', ['x']), '"cs"'],
  ['a range operator', () => stories().select().rangeGt('progress', '[1,2]'), '"sr"'],
  ['a pattern', () => stories().select().filter('status', 'match', 'x'), '"match"'],
  ['any of several patterns', () => stories().select().likeAnyOf('status', ['x']), 'like(any)'],
  ['an order by a related table', () => stories().select().order('title', { referencedTable: 'chapters' }), 'chapters'],
  ['an estimated count', () => stories().select('*', { count: 'estimated' }), 'count=estimated'],
  ['CSV', () => stories().select().csv(), 'text/csv'],
  ['an execution plan', () => stories().select().explain(), 'plan'],
  ['a rollback', () => stories().insert({ id: 'b' }).rollback(), 'tx=rollback'],
  [
    'a limit on the affected rows',
    () => stories().update({ progress: 1 }).eq('id', 'a').maxAffected(1),
    'handling=strict',
  ],
  ['an update with a limit', () => stories().update({ progress: 1 }).eq('id', 'a').select().limit(1), 'with a limit'],
  [
    'an update in an order',
    () => stories().update({ progress: 1 }).eq('id', 'a').select().order('id'),
    'with an order',
  ],
  ['a deletion in an order', () => stories().delete().eq('id', 'a').select().order('id'), 'with an order'],
  ['an insertion in an order', () => stories().insert({ id: 'b' }).select().order('id'), 'with an order'],
  ['a table name with a slash', () => client.from('a/b').select(), 'a/b'],
])('%s is refused with an error of the run that names it', async (_what, request, name) => {
  // supabase-js would retry for seven seconds.
  await request().retry(false);
  expect(failures[0]).toBeInstanceOf(EnvironmentError);
  expect(failures[0]!.message).toContain(name);
});
