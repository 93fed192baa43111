import { describe, expect, it } from 'vitest';
import { judgeRun } from '../runner/judgement.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryEvent } from '../history/event.ts';
import { incidentOf } from './violation-incident.ts';
import { supabaseQuery } from './supabase-query.ts';

type Seen = [session: string, key: string, progress: number, extra?: object];

/** Shown values, a second apart from each other. */
function incident(seen: readonly Seen[], others: readonly object[] = []) {
  const shows = seen.map(([session, key, progress, extra = {}]) => ({
    process: session,
    type: 'ok',
    f: 'show',
    key,
    value: { progress },
    ...extra,
  }));
  const events = [...others, ...shows].map((event, index) => ({ index, time: index * 1e9, ...event }) as HistoryEvent);
  const history = asColumns({ header: { history: 1, began: '2026-05-04T09:30:00.000Z' }, events });
  const { verdicts } = judgeRun(history, ['monotonic-view', 'monotonic-commits'], {});
  return incidentOf(history, verdicts);
}

const reversion = (session: string, key: string, extra?: object): Seen[] => [
  [session, key, 85],
  [session, key, 10, extra],
];

describe('an incident', () => {
  it('groups reversions by who answered, those that affect most users first', () => {
    const found = incident([
      ...reversion('a', 's', { cache: 'HIT' }),
      ...reversion('a', 't', { cache: 'HIT' }),
      ...reversion('a', 'u', { cache: 'HIT' }),
      ...reversion('b', 's', { served_by: 'replica-1' }),
      ...reversion('c', 's', { served_by: 'replica-1' }),
      ...reversion('d', 's', { served_by: 'primary' }),
      ...reversion('e', 's', { source: 'job-page' }),
      ...reversion('f', 's'),
    ])!;
    expect(found.causes.map(({ cause, users, violations, stories }) => [cause, users, violations, stories])).toEqual([
      ['answered by replica-1', 2, 2, 1],
      ['answered by a cache (HIT)', 1, 3, 3],
      ['answered by the primary', 1, 1, 1],
      ['shown by job-page', 1, 1, 1],
      ['the log does not say who answered', 1, 1, 1],
    ]);
    expect(found).toMatchObject({
      violations: 8,
      users: 6,
      stories: 3,
      first: '2026-05-04T09:30:01.000Z',
      last: '2026-05-04T09:30:15.000Z',
    });
    expect(found.causes[0]?.example).toBe('b saw s go from 85% back to 10%');
  });

  it('counts reversions beyond the hundred that a verdict contains', () => {
    const many = Array.from({ length: 150 }, (_, at) => reversion(`user-${at}`, 's'));
    expect(incident(many.flat())).toMatchObject({ violations: 150, users: 150, causes: [{ users: 150 }] });
  });

  it('tells a row that went back from one that was read late', () => {
    const commit = (progress: number): object => ({
      process: 'db',
      type: 'ok',
      f: 'commit',
      key: 's',
      value: { progress },
    });
    const back = incident(reversion('a', 's', { served_by: 'primary' }), [commit(85), commit(10)])!;
    expect(back.causes.map(({ cause, users }) => [cause, users])).toEqual([
      ['the row itself went back, and was read so', 1],
      ['the row itself went back', 0],
    ]);
    const late = incident(reversion('a', 's', { served_by: 'primary' }), [commit(10), commit(85)])!;
    expect(late.causes.map(({ cause }) => cause)).toEqual(['answered by the primary']);
  });

  it('names an earlier generation, and a cache only if it had the answer', () => {
    const generation = (number: number, cache: string): object => ({
      value: { generation: number, progress: 5 },
      cache,
    });
    const found = incident([
      ['a', 's', 0, generation(2, 'MISS')],
      ['a', 's', 0, generation(1, 'MISS')],
    ])!;
    expect(found.causes[0]?.cause).toBe('the log does not say who answered, with the value of an earlier generation');
  });

  it('is missing without a violation', () => {
    expect(incident([['a', 's', 85]])).toBeUndefined();
  });
});

describe('the query for the logs of Supabase', () => {
  const span = { from: new Date('2026-05-04T09:30:00Z'), to: new Date('2026-05-04T09:31:00.5Z') };

  it('names the stories and the time', () => {
    const query = supabaseQuery(['s', 't'], span);
    expect(query).toContain("between '2026-05-04 09:30:00.000' and '2026-05-04 09:31:00.500'");
    expect(query).toContain("multiSearchAny(event_message, ['s', 't'])");
  });

  it('keeps a hostile name within its string', () => {
    expect(supabaseQuery([String.raw`a\' or 1=1 --`], span)).toContain(String.raw`['a\\\' or 1=1 --']`);
  });

  it('names at most twenty stories', () => {
    const names = Array.from({ length: 50 }, (_, at) => `story-${at}`);
    expect(supabaseQuery(names, span).match(/story-/g)).toHaveLength(20);
  });
});
