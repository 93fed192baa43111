import { describe, expect, it } from 'vitest';
import { keyRow, keyText, percentOf, rowKeyText, statusOf, trackedCommit } from './tracked-values.ts';

const jobs = {
  table: 'jobs',
  key: 'id',
  progress: 'pct',
  progressMax: 1,
  status: 'state',
  statusWords: { completed: ['done', 'archived'], failed: 'error' },
};

describe('a progress', () => {
  it.each([
    [0.85, 1, 85],
    ['0.07', 1, 7],
    [0.29, 1, 29],
    [0.57, 1, 57],
    [3, 4, 75],
    [850, 1000, 85],
    [85, 100, 85],
    [33.3, 100, 33.3],
  ])('of %j out of %j is %j per cent, without noise of floating point', (value, progressMax, percent) => {
    expect(percentOf(value, { progressMax })).toBe(percent);
  });

  it('keeps a decrease that is smaller than what a person sees', () => {
    expect(percentOf(0.850001, { progressMax: 1 })).toBeGreaterThan(percentOf(0.85, { progressMax: 1 }));
  });

  it.each([undefined, null, '', 'half', true, {}])('is not a number if it is %j', (value) => {
    expect(percentOf(value, {})).toBeNaN();
  });
});

describe('a status', () => {
  it('is translated if it is one of the words for an end, and stays as it is otherwise', () => {
    expect(['done', 'archived', 'error', 'working'].map((word) => statusOf(word, jobs))).toEqual([
      'completed',
      'completed',
      'failed',
      'working',
    ]);
    expect(statusOf('completed', {})).toBe('completed');
  });
});

describe('a committed row', () => {
  it('is in the terms of a history, whether its values are text or JSON', () => {
    const commit = { key: '7', generation: 1, progress: 85, status: 'completed' };
    expect(trackedCommit({ id: '7', pct: '0.85', state: 'done' }, jobs)).toEqual(commit);
    expect(trackedCommit({ id: 7, pct: 0.85, state: 'done' }, jobs)).toEqual(commit);
  });

  it('begins at 0% of generation 1', () => {
    const counted = { ...jobs, generation: 'run' };
    expect(trackedCommit({ id: '7', pct: null, state: null, run: null }, counted)).toEqual({
      key: '7',
      generation: 1,
      progress: 0,
      status: undefined,
    });
    expect(trackedCommit({ id: '7', pct: '0', state: 'queued', run: '3' }, counted)).toMatchObject({ generation: 3 });
  });
});

describe('a key', () => {
  const page = { key: ['book', 'page'] };

  it.each([
    ['text', 'story-1', { key: 'id' }, { id: 'story-1' }],
    ['a number', 7, { key: 'id' }, { id: '7' }],
    ['a bigint', 2n ** 60n, { key: 'id' }, { id: '1152921504606846976' }],
    ['a composite', { page: 7, book: 'a"b' }, page, { book: 'a"b', page: '7' }],
  ] as const)('of %s has the text of its row', (_, key, tracked, row) => {
    expect(keyText(key, tracked)).toBe(rowKeyText(row, tracked));
  });

  it('of several columns has a text of its own for each row', () => {
    expect(keyText({ book: 'a', page: 'b,c' }, page)).not.toBe(keyText({ book: 'a,b', page: 'c' }, page));
  });

  it('is inserted as its columns', () => {
    expect(keyRow('x', { key: 'id' })).toEqual({ id: 'x' });
    expect(keyRow({ book: 'a', page: 1 }, page)).toEqual({ book: 'a', page: 1 });
  });
});
