import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { Verb } from '../port/reporter.ts';
import { createJsonReporter } from './json.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';

const run = judgedRun(steady, ['monotonic-view'], { record: { scenario: 'restart' } });
const end = { valid: 'unknown', durationMs: 1, error: undefined } as const;

describe('JSON', () => {
  it.each([
    ['run', { version: 1, valid: 'unknown', runs: [{ scenario: 'restart' }] }],
    ['replay', { version: 1, valid: 'unknown', runs: [{ scenario: 'restart' }] }],
    ['check', { version: 1, valid: 'unknown', files: [{ scenario: 'restart' }] }],
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
    expect(JSON.parse(text())).toEqual({
      version: 1,
      valid: 'unknown',
      subject: 'guarded',
      seed: 9,
      explorations: [{ space: 'plan-space' }],
    });
  });

  it('contains the scenarios that were left out, and the error of a verb that failed midway', async () => {
    const { reporter, text } = await caught(createJsonReporter);
    const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
    await reporter.begin({ verb: 'run', titles: [], ...START, leftOut });
    await reporter.end({ ...end, error: new Error('the disk is full') });
    expect(JSON.parse(text())).toEqual({
      version: 1,
      valid: 'unknown',
      runs: [],
      leftOut: [
        { scenario: 'failover', subject: 'guarded', backend: 'embedded', seed: 1, reason: 'no promotion here' },
      ],
      error: 'the disk is full',
    });
  });
});

describe('the schema of the JSON', () => {
  const schema = JSON.parse(readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8')) as object;
  const isValid = new Ajv({ strict: false }).compile(schema);

  it('allows what each verb writes, and nothing without a version, a verdict or runs', async () => {
    for (const verb of ['run', 'replay', 'check', 'explore'] as const) {
      const { reporter, text } = await caught(createJsonReporter);
      const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
      await reporter.begin({ verb, titles: [title('a')], ...START, leftOut });
      const { record } = judgedRun(reverted, ['monotonic-view', 'monotonic-commits'], { record: {} });
      const { valid, verdicts } = judgedRun(reverted, ['monotonic-view', 'monotonic-commits']);
      await reporter.ran(
        judgedRun(reverted, [], { record: { ...record, valid, verdicts, ...title('a'), file: 'a.ndjson' } }),
      );
      // A run has them with --exhaustive.
      if (verb === 'explore' || verb === 'run') {
        const failing = { kind: 'violation', what: 'monotonic-view' };
        const found = { failing, plan: {}, runs: [{ valid, verdicts }] };
        await reporter.explored(judgedExploration({ record: { space: 'plan-space', runs: 3, found } }));
      }
      await reporter.end({ ...end, error: new Error('stopped') });
      const whole = JSON.parse(text()) as object;
      expect(isValid(whole), JSON.stringify(isValid.errors)).toBe(true);
      expect(isValid({ ...whole, version: 2 })).toBe(false);
      expect(isValid({ version: 1, valid: true })).toBe(false);
    }
  });
});
