import { describe, expect, it } from 'vitest';
import { readerOf } from './routes.ts';
import { generationIn, statusReader } from './status-reader.ts';

const tracked = {
  table: 'jobs',
  key: 'id',
  progress: 'render_progress',
  progressMax: 1,
  status: 'job_state',
  statusWords: { completed: 'done' },
  generation: 'run_no',
};

describe('the reader of a status route', () => {
  it.each([
    ['the columns', { render_progress: 0.85, job_state: 'done', run_no: 2 }],
    ['the columns in camel case', { renderProgress: 0.85, jobState: 'done', runNo: 2 }],
    ['the usual words', { progress: '0.85', status: 'done', generation: 2 }],
  ])('finds fields that are named like %s', (_, body) => {
    expect(statusReader(tracked)(body)).toEqual({ generation: 2, progress: 85, status: 'completed' });
  });

  it('takes a missing generation for the first, and a null for 0%', () => {
    expect(statusReader(tracked)({ progress: null, status: null })).toEqual({ generation: 1, progress: 0 });
  });

  it.each([null, 'text', [], {}, { percent: 5 }])('finds no progress in %j', (body) => {
    expect(statusReader(tracked)(body)).toBeUndefined();
  });

  it.each([85, -0.1, 'half', true])('refuses %j, which is not on the scale', (progress) => {
    expect(() => statusReader(tracked)({ progress })).toThrow(
      `the progress ${JSON.stringify(progress)} is not a number from 0 to 1`,
    );
  });
});

describe('a reader of the subject', () => {
  it('returns a number or an object in per cent, whose words are translated', () => {
    const number = readerOf({ path: '/', read: (body: { percent: number }) => body.percent }, tracked);
    expect(number({ percent: 85 })).toEqual({ generation: 1, progress: 85 });
    const all = readerOf({ path: '/', read: () => ({ progress: 100, status: 'done', generation: 3 }) }, tracked);
    expect(all({})).toEqual({ generation: 3, progress: 100, status: 'completed' });
    expect(readerOf({ path: '/', read: () => undefined }, tracked)({})).toBeUndefined();
  });
});

describe('the number of a generation', () => {
  it.each([
    ['{"runNo":4}', 4],
    ['{"generation":4}', 4],
    ['{"runNo":"4"}', undefined],
    ['accepted', undefined],
    ['null', undefined],
  ])('in the answer %s is %j', (text, generation) => {
    expect(generationIn(text, tracked)).toBe(generation);
  });

  it('is not read if the table does not count them', () => {
    expect(generationIn('{"generation":4}', {})).toBeUndefined();
  });
});
