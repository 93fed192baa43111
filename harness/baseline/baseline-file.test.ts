import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { KnownViolation } from '../port/baseline.ts';
import { readBaseline, writeBaseline } from './baseline-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-baseline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const known = (scenario: string, over: Partial<KnownViolation> = {}): KnownViolation => ({
  verb: 'run',
  scenario,
  subject: 'app',
  property: 'monotonic-view',
  cause: 'shown from a replica',
  shape: 'show 2 1',
  sentence: 'tab-1 saw story-1 go from 85% back to 10%',
  ...over,
});

function written(text: string): string {
  const file = join(folder, 'given.json');
  writeFileSync(file, text);
  return file;
}

describe('the file of a baseline', () => {
  it('is the same for the same violations in any order, each once', () => {
    const files = [
      [known('b'), known('a'), known('a', { subject: 'other' })],
      [known('a', { subject: 'other' }), known('a'), known('b'), known('b')],
    ].map((violations, at) => {
      const file = join(folder, `written-${at}.json`);
      writeBaseline(file, violations);
      return readFileSync(file, 'utf8');
    });
    expect(files[0]).toBe(files[1]);
    expect(readBaseline(join(folder, 'written-0.json')).map(({ scenario, subject }) => [scenario, subject])).toEqual([
      ['a', 'app'],
      ['a', 'other'],
      ['b', 'app'],
    ]);
  });

  it.each([
    ['no JSON', '<<<<<<< HEAD\n{}', 'is not valid JSON'],
    ['another version', '{"baseline":2,"known":[]}', 'baseline: Invalid input: expected 1'],
    ['a violation without a scenario', '{"baseline":1,"known":[{"verb":"run"}]}', 'known.0.scenario: '],
    ['a field that it does not have', '{"baseline":1,"known":[],"more":1}', 'Unrecognized key: "more"'],
    [
      'an unknown property',
      JSON.stringify({ baseline: 1, known: [known('a', { property: 'monotone' })] }),
      'known.0.property: no property is called "monotone"',
    ],
  ])('is refused in one line with %s', (_, text, message) => {
    const file = written(text);
    expect(() => readBaseline(file)).toThrow(expect.objectContaining({ exitCode: 64, code: 'baseline-invalid' }));
    expect(() => readBaseline(file)).toThrow(message);
    expect(() => readBaseline(file)).toThrow(/^[^\n]*given\.json: [^\n]*$/);
  });

  it('must exist', () => {
    expect(() => readBaseline(join(folder, 'nowhere.json'))).toThrow(/nowhere\.json: no such file$/);
  });

  it('that cannot be written is left as it was, and nothing stays beside it', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    expect(() => writeBaseline(path, [])).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => readFileSync(`${path}.part`)).toThrow('ENOENT');
  });
});
