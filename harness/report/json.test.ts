import { describe, expect, it } from 'vitest';
import type { Verb } from '../port/reporter.ts';
import { createJsonReporter } from './json.ts';
import { caught, judgedExploration, judgedRun, START, steady, title } from './judged-run.test-support.ts';

const run = judgedRun(steady, ['monotonic-view'], { record: { scenario: 'restart' } });
const end = { valid: 'unknown', durationMs: 1, error: undefined } as const;

describe('JSON', () => {
  it.each([
    ['run', { valid: 'unknown', runs: [{ scenario: 'restart' }] }],
    ['replay', { valid: 'unknown', runs: [{ scenario: 'restart' }] }],
    ['check', { valid: 'unknown', files: [{ scenario: 'restart' }] }],
  ] as [Verb, object][])('of %s is one value, told at the end', async (verb, value) => {
    const { reporter, text } = await caught(createJsonReporter);
    await reporter.begin({ verb, titles: [title('restart')], ...START });
    await reporter.ran(run);
    expect(text()).toBe('');
    await reporter.end(end);
    expect(JSON.parse(text())).toEqual(value);
  });

  it('of explore names subject and seed', async () => {
    const { reporter, text } = await caught(createJsonReporter);
    await reporter.begin({ verb: 'explore', titles: [title('plan-space', { seed: 9 })], ...START });
    await reporter.explored(judgedExploration({}));
    await reporter.end(end);
    expect(JSON.parse(text())).toEqual({ subject: 'guarded', seed: 9, explorations: [{ space: 'plan-space' }] });
  });

  it('contains the scenarios that were left out, and the error of a verb that failed midway', async () => {
    const { reporter, text } = await caught(createJsonReporter);
    const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
    await reporter.begin({ verb: 'run', titles: [], ...START, leftOut });
    await reporter.end({ ...end, error: new Error('the disk is full') });
    expect(JSON.parse(text())).toEqual({
      valid: 'unknown',
      runs: [],
      leftOut: [
        { scenario: 'failover', subject: 'guarded', backend: 'embedded', seed: 1, reason: 'no promotion here' },
      ],
      error: 'the disk is full',
    });
  });
});
