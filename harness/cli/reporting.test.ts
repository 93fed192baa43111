import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { root, runRatchet } from './ratchet.test-support.ts';

// Every case starts at least one process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-reporting-'));
const report = join(folder, 'reports');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(report, { recursive: true, force: true }));

const ratchet = (...args: string[]) => runRatchet(args);

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const simulated = (subject: string): string[] => ['--subject', subject, '--backend', 'simulated', '--report', report];
const shows = [10, 85]
  .map((progress, index) => ({
    index,
    time: index,
    process: 'tab-1',
    type: 'ok',
    f: 'show',
    key: 's',
    value: { progress },
  }))
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');
const sound = file('sound.ndjson', shows);

/** The names of the elements that are open at the end of the text. Throws if an element is closed that is not open. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, closes, name, , isEmpty] of xml.matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g)) {
    if (closes === '/') expect(open.pop()).toBe(name);
    else if (isEmpty !== '/') open.push(name!);
  }
  expect(xml.replaceAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|<\?xml [^<]*\?>/g, '')).not.toMatch(/[<>]/);
  return open;
}

describe('junit', () => {
  it('works with every verb, beside text', () => {
    const xmlOf = (verb: string, status: number, ...args: string[]): string => {
      const path = join(folder, 'new', `${verb}.xml`);
      const result = ratchet(verb, ...args, '--reporter', 'text', '--reporter', `junit=${path}`);
      expect([result.status, result.stderr]).toEqual([status, '']);
      expect(result.stdout).not.toBe('');
      const xml = readFileSync(path, 'utf8');
      expect(openElements(xml)).toEqual([]);
      expect(xml).toContain(`<testsuites name="ratchet ${verb}" `);
      return xml;
    };
    const failure = '<failure message="tab-1 saw story-1 go from 85% back to 10%">';
    const ran = xmlOf('run', 1, 'lagging-replica', 'restart', ...simulated('legacy'));
    expect(ran).toContain(failure);
    expect(ran).toContain('<testsuite name="restart legacy simulated" tests="5" failures="0" errors="0"');
    const [, plan] = /ratchet replay (\S+) --subject legacy/.exec(ran)!;
    expect(xmlOf('replay', 1, plan!, ...simulated('legacy'))).toContain(failure);
    expect(xmlOf('check', 0, sound, '--property', 'monotonic-view')).toContain(`<testsuite name="${sound}" tests="1"`);
    const few = ['--subject', 'guarded', '--runs', '10', '--workers', '1'];
    expect(xmlOf('explore', 0, 'restart', ...few)).toContain('name="no counterexample"/>');
  });
});

describe('a reporter that fails', () => {
  it('is reported in one line, and changes only a verdict of true to unknown', () => {
    const nowhere = join(file('plain', ''), 'x.xml');
    const held = ratchet('run', 'restart', ...simulated('guarded'), '--reporter', `junit=${nowhere}`);
    expect([held.status, held.stdout]).toEqual([2, '']);
    expect(held.stderr).toMatch(/^ratchet: \S+x\.xml: cannot be written: .* — choose another file .*\n$/);
    expect(JSON.parse(readFileSync(join(report, 'latest/verdict.json'), 'utf8')).valid).toBe(true);
    const violated = ratchet('run', 'lagging-replica', ...simulated('legacy'), '--reporter', `junit=${nowhere}`);
    expect([violated.status, violated.stderr.split('\n').length]).toEqual([1, 2]);
  });
});

describe('bad input gets one clear line and exit code 64', () => {
  it.each([
    ['an unknown reporter', ['--reporter', 'xml'], 'no reporter is called "xml" — choose one of text, json, junit'],
    ['an unknown format', ['--format', 'xml'], "option '--format <name>' argument 'xml' is invalid"],
    ['a file that is missing', ['--reporter', './nothing.ts=x'], 'nothing.ts: no such file'],
    ['nothing after =', ['--reporter', 'json='], 'The file is missing after =.'],
    ['no name', ['--reporter', '=x'], 'It must be NAME or NAME=FILE.'],
    ['two on standard output', ['--reporter', 'text', '--reporter', 'json'], 'would both write to standard output'],
    [
      'a format and a reporter',
      ['--format', 'json', '--reporter', 'text'],
      '--format and --reporter cannot be combined',
    ],
  ])('%s', (_, flags, message) => {
    const { status, stdout, stderr } = ratchet('check', sound, ...flags);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^ratchet: /);
    expect([status, stdout]).toEqual([64, '']);
  });

  it('for every verb, before anything is run', () => {
    for (const verb of [['run', 'restart'], ['explore'], ['replay', 'none.json']]) {
      const { status, stderr } = ratchet(...verb, '--reporter', 'xml', '--report', report);
      expect([status, stderr]).toEqual([64, expect.stringContaining('no reporter is called "xml"')]);
    }
    expect(existsSync(report)).toBe(false);
  });
});

describe('docs/REPORTERS.md', () => {
  const page = readFileSync(join(root, 'docs/REPORTERS.md'), 'utf8');
  const [, example] = /```ts\n([^]*?)```/.exec(page)!;

  it('has an example that runs, and is short', () => {
    expect(example!.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    const own = file('my-reporter.ts', example!);
    const { status, stdout, stderr } = ratchet('run', 'lagging-replica', ...simulated('legacy'), '--reporter', own);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout.replaceAll(/\d+ ms/g, 'TIME')).toBe(
      '## ratchet run\n\n| | what | time | violated |\n|---|---|---|---|\n' +
        '| ❌ | lagging-replica · legacy | TIME | monotonic-view, monotonic-reads |\n\nTIME\n',
    );
  });

  it('names every reporter, and every method of one', () => {
    const port = readFileSync(join(root, 'harness/port/reporter.ts'), 'utf8');
    const [, methods] = /export interface Reporter \{([^]*?)\n\}/.exec(port)!;
    const registry = readFileSync(join(root, 'harness/report/reporters.ts'), 'utf8');
    const names = [...methods!.matchAll(/^ {2}(\w+)\?\(/gm), ...registry.matchAll(/^ {2}(\w+): async/gm)];
    expect(names.length).toBeGreaterThan(7);
    for (const [, name] of names) expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });
});
