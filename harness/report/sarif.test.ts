import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { propertyNames } from '../runner/judgement.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';
import { createSarifReporter } from './sarif.ts';

const END = { valid: false, durationMs: 5, error: undefined } as const;
/** The schema of OASIS, as the package `@microsoft/jest-sarif` has it; without the fields of an older JSON Schema. */
const {
  $schema: _,
  id: __,
  ...schema
} = JSON.parse(readFileSync(new URL('../../fixtures/schemas/sarif-2.1.0.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;
const isValid = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

interface Log {
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    invocations: { executionSuccessful: boolean }[];
    results: {
      ruleId: string;
      level: string;
      kind: string;
      message: { text: string };
      locations?: { physicalLocation: { artifactLocation: { uri: string } } }[];
      partialFingerprints: Record<string, string>;
    }[];
  }[];
}

async function logOf(runs: readonly JudgedRun[], error?: Error): Promise<Log['runs'][number]> {
  const { reporter, text } = await caught(createSarifReporter);
  await reporter.begin({ verb: 'run', titles: runs, ...START });
  for (const run of runs) await reporter.ran(run);
  await reporter.end({ ...END, error });
  const log = JSON.parse(text()) as Log;
  expect(isValid(log), JSON.stringify(isValid.errors)).toBe(true);
  return log.runs[0]!;
}

const sources = { status: `${process.cwd()}/app/api/jobs/[id]/route.ts`, start: `${process.cwd()}/app/start/route.ts` };

describe('SARIF', () => {
  it('has a rule for each property', async () => {
    const { tool } = await logOf([]);
    expect(tool.driver.rules.map(({ id }) => id).toSorted()).toEqual(propertyNames().toSorted());
  });

  it('has a result for each violation, at the route that it concerns', async () => {
    const run = judgedRun(reverted, ['monotonic-view'], {
      ...title('lagging'),
      sources,
      replay: 'ratchet replay plan.json',
    });
    const { results } = await logOf([run]);
    expect(results).toMatchObject([{ ruleId: 'monotonic-view', level: 'error', kind: 'fail' }]);
    expect(results[0]!.message.text.split('\n')).toEqual([
      'lagging · guarded: tab-1 saw story-1 go from 85% back to 10%',
      '0.000 s  tab-1 was shown 85%',
      '0.001 s  tab-1 was shown 10%',
      'replay: ratchet replay plan.json',
    ]);
    expect(results[0]!.locations![0]!.physicalLocation.artifactLocation.uri).toBe('app/api/jobs/%5Bid%5D/route.ts');
  });

  it('has the same fingerprint for another seed', async () => {
    const runs = [1, 2].map((seed) => judgedRun(reverted, ['monotonic-view'], title('lagging', { seed })));
    const { results } = await logOf(runs);
    expect(new Set(results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size).toBe(1);
  });

  it('tells an expected violation as a note, and an inconclusive property as open', async () => {
    const { results } = await logOf([
      judgedRun(reverted, ['monotonic-view'], { ...title('a'), expected: false }),
      judgedRun(steady, ['monotonic-commits'], title('b')),
    ]);
    expect(results.map(({ level, kind }) => [level, kind])).toEqual([
      ['note', 'fail'],
      ['none', 'open'],
    ]);
  });

  it('has the violations of a found plan, and the error of a command that stopped', async () => {
    const { reporter, text } = await caught(createSarifReporter);
    const run = { ...judgedRun(reverted), isConfirmed: true, attempt: 1 };
    const failing = { kind: 'violation', what: 'monotonic-view' } as const;
    const found = {
      failing,
      plan: {} as never,
      isShrunk: true,
      shrinkRuns: 1,
      runs: [run],
      confirm: undefined,
      keptAs: undefined,
    };
    await reporter.begin({ verb: 'explore', titles: [], ...START });
    await reporter.explored(judgedExploration({ valid: false, found }));
    await reporter.end({ ...END, error: new Error('the disk is full') });
    const log = JSON.parse(text()) as Log;
    expect(isValid(log), JSON.stringify(isValid.errors)).toBe(true);
    expect(log.runs[0]).toMatchObject({
      invocations: [{ executionSuccessful: false }],
      results: [{ ruleId: 'monotonic-view' }],
    });
  });

  it('holds ten thousand runs with hostile names', async () => {
    const hostile = judgedRun(reverted, ['monotonic-view'], title('\u0000\u202E😀"</script>'));
    const { results } = await logOf(Array.from({ length: 10_000 }, (_, seed) => ({ ...hostile, seed })));
    expect(results).toHaveLength(10_000);
    expect(results[0]!.message.text).toContain(String.raw`\u{0}\u{202e}😀`);
  });

  it('is refused by the schema if it has another field', () => {
    expect(isValid({ version: '2.1.0', runs: [], more: 1 })).toBe(false);
  });
});
