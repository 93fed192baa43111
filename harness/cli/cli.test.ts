import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root, runRatchet } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ratchet = (...args: string[]) => runRatchet(args);

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const lines = (...events: object[]) =>
  events.map((event, index) => `${JSON.stringify({ index, time: index, ...event })}\n`).join('');
const show = (progress: number) => ({ process: 'tab-1', type: 'ok', f: 'show', key: 's', value: { progress } });

describe('bad input gets one clear line and exit code 64', () => {
  const plan = {
    plan: 1,
    scenario: 'x',
    seed: 1,
    generations: [{ worker: 'w', story: 's', steps: [{ progress: 1, after_ms: 0 }] }],
  };
  const cases: [what: string, args: string[], message: string][] = [
    ['an unknown verb', ['fly'], "unknown command 'fly'"],
    ['an unknown flag', ['run', '--fast'], "unknown option '--fast'"],
    ['an unknown tag', ['run', '--tag', 'read'], 'did you mean reads?'],
    ['an unknown scenario', ['run', 'moon-phase', '--subject', 'legacy'], 'no scenario is called "moon-phase"'],
    ['an unknown subject', ['run', 'restart', '--subject', 'nobody'], 'no subject is called "nobody"'],
    ['an unknown backend', ['run', 'restart', '--backend', 'paper'], 'no backend is called "paper"'],
    ['an unknown property', ['run', 'restart', '--property', 'fairness'], 'no property is called "fairness"'],
    [
      'an unknown property of check',
      ['check', file('ok.ndjson', ''), '--property', 'fairness'],
      'no property is called "fairness"',
    ],
    ['an unknown format', ['list', '--format', 'xml'], "option '--format <format>' argument 'xml' is invalid"],
    ['a seed that is not a number', ['run', 'restart', '--seed', 'x'], 'It must be a whole number from 0'],
    ['zero runs', ['run', 'restart', '--runs', '0'], 'It must be a whole number from 1'],
    [
      'a parameter that the scenario lacks',
      ['run', 'restart', '--set', 'lag_ms=1'],
      'scenario restart has no parameter "lag_ms"',
    ],
    ['a parameter without value', ['run', 'restart', '--set', 'lag_ms'], 'It must be NAME=VALUE'],
    [
      'fewer replicas than its faults need',
      ['run', 'unequal-replicas', '--replicas', '1'],
      'unequal-replicas with these options: faults.0: replica-2 does not exist: topology.replicas is 1',
    ],
    ['a missing argument', ['replay'], "missing required argument 'plan'"],
    ['a subject file that is missing', ['run', 'restart', '--subject', './nothing.ts'], 'nothing.ts: no such file'],
    [
      'a subject without one of its fields',
      ['run', 'restart', '--subject', file('part.ts', "export const subject = { name: 'part', description: 'x' };")],
      'part.ts: subject.tracked is missing: it must be an object — make it with defineSubject',
    ],
    ['a plan that is missing', ['replay', join(folder, 'none.json')], 'none.json: no such file'],
    ['a plan that is a folder', ['replay', folder], 'is a folder, not a file'],
    ['a plan that is not JSON', ['replay', file('text.json', 'hello')], 'text.json: not JSON'],
    [
      'a plan without a field',
      ['replay', file('short.json', JSON.stringify(plan))],
      'short.json: the field observers is missing',
    ],
    [
      'a plan with a fault of an unknown kind',
      [
        'replay',
        file(
          'odd.json',
          JSON.stringify({ ...plan, observers: [], properties: ['integrity'], faults: [{ kind: 'meteor' }] }),
        ),
      ],
      "odd.json: faults.0.kind: Invalid discriminator value. Expected 'cache-purge' | 'clock-skew'",
    ],
    [
      'a plan with an unknown property',
      [
        'replay',
        file('judge.json', JSON.stringify({ ...plan, observers: [], properties: ['fairness'] })),
        '--subject',
        'legacy',
      ],
      'no property is called "fairness"',
    ],
    ['a history that is missing', ['check', join(folder, 'none.ndjson')], 'none.ndjson: no such file'],
    [
      'a history with a line that is not JSON',
      ['check', file('bad.ndjson', `${lines(show(1))}{"index":\n`)],
      'bad.ndjson:2: ',
    ],
    [
      'a history whose time decreases',
      ['check', file('back.ndjson', lines({ ...show(1), time: 5 }, { ...show(2), time: 4 }))],
      'back.ndjson:2: ',
    ],
    ['an ok without invoke', ['check', file('ok-only.ndjson', lines({ ...show(1), f: 'read' }))], 'ok-only.ndjson:1: '],
  ];

  it.each(cases)('%s', (_, args, message) => {
    const { status, stdout, stderr } = ratchet(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^ratchet: /);
    expect(stdout).toBe('');
    expect(status).toBe(64);
  });
});

describe('ratchet check', () => {
  const reversion = file('reversion.ndjson', lines(show(85), show(10)));

  it('exits with 0, 1 or 2 according to the verdict', () => {
    expect(
      ratchet('check', file('good.ndjson', lines(show(10), show(85))), '--property', 'monotonic-view').status,
    ).toBe(0);
    expect(ratchet('check', reversion).status).toBe(1);
    expect(ratchet('check', reversion, '--property', 'monotonic-commits').status).toBe(2);
  });

  it('takes several properties, before the file or after it', () => {
    const names = ['--property', 'monotonic-view', '--property', 'integrity'];
    const before = ratchet('check', ...names, reversion).stdout;
    expect(before).toMatch(/monotonic-view.*integrity/s);
    expect(before).not.toContain('convergence');
    expect(ratchet('check', reversion, ...names).stdout).toBe(before);
  });

  it('describes the violation in a sentence', () => {
    expect(ratchet('check', reversion).stdout).toContain('tab-1 saw s go from 85% back to 10%');
  });

  it('prints JSON', () => {
    const { stdout } = ratchet('check', reversion, '--format', 'json', '--property', 'monotonic-view');
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      files: [{ events: 2, verdicts: [{ property: 'monotonic-view', violations: [{ events: [0, 1] }] }] }],
    });
  });
});

describe('try', () => {
  const trial = (...args: string[]) => ratchet('try', '--backend', 'simulated', ...args);
  const broken = `
    import { subject as legacy } from '${root}fixtures/subjects/legacy/subject.ts';
    export const subject = { ...legacy, readStatus: (body) => body.percent };`;

  it('prints what docs/TRY.md says, and exits with 0', () => {
    const page = readFileSync(join(root, 'docs/TRY.md'), 'utf8');
    const { status, stdout } = trial('--subject', 'legacy');
    expect(page).toContain(stdout);
    expect(status).toBe(0);
  });

  it('ends with the first check that fails, in one line, and exits with 2', () => {
    const { status, stdout } = trial('--subject', file('broken.ts', broken));
    expect(stdout.trim().split('\n').at(-1)).toMatch(
      /^✗ routes\.status\.read: found no progress in \{.*\} — return the progress/,
    );
    expect(status).toBe(2);
  });

  it('prints JSON', () => {
    const { checks, ok } = JSON.parse(trial('--subject', 'legacy', '--format', 'json').stdout);
    expect([ok, checks.length, checks[0]]).toEqual([true, 7, { name: 'row', ok: true, found: 'row created' }]);
  });
});

describe('ratchet', () => {
  it('shows its verbs, options and exit codes', () => {
    const { status, stdout } = ratchet('--help');
    expect(status).toBe(0);
    for (const word of ['run', 'try', 'replay', 'check', 'up', 'lag', 'fault', 'list', 'doctor', '64', '130'])
      expect(stdout).toContain(word);
    expect(ratchet('run', '--help').stdout).toContain('--backend');
  });

  it('without a verb shows its help and exits with 64', () => {
    const { status, stderr } = ratchet();
    expect(status).toBe(64);
    expect(stderr).toContain('Usage: ratchet');
  });

  it('lists scenarios, subjects, backends and properties', () => {
    const { status, stdout } = ratchet('list');
    expect(status).toBe(0);
    for (const word of ['lagging-replica', 'guarded', 'embedded', 'monotonic-view']) expect(stdout).toContain(word);
    expect(JSON.parse(ratchet('list', '--format', 'json').stdout).subjects).toHaveLength(6);
  });

  it('lists what each subject withstands with the default parameters', () => {
    const { subjects } = JSON.parse(ratchet('list', '--format', 'json').stdout);
    const fix = subjects.find(({ name }: { name: string }) => name === 'workspace-fix');
    expect(fix.withstands).toMatchObject({
      restart: { run: false, explore: false },
      'lagging-replica': { run: false, explore: false },
      'lagging-replica-brief': { run: true, explore: true },
    });
    expect(fix.withstands['unequal-replicas']).toEqual({ run: true });
    const { stdout } = ratchet('list');
    expect(stdout).toMatch(
      / withstands: aggregate, clock-skew, concurrent-generations, early-join, error-as-zero, .*, unequal-replicas, verify-then-rewrite\n/,
    );
    expect(stdout).toMatch(
      / does not withstand: ambiguous-write, cancelled-refetch, data-cache, double-submit, early-token, .*token-expired\n/,
    );
  });

  it('prints the page of a scenario, as text and as JSON', () => {
    const { stdout, status } = ratchet('list', 'racing-writers');
    expect(stdout).toMatch(/^racing-writers {2}writes\n/);
    expect(stdout).toMatch(/ {2}breaks {5}monotonic-commits, monotonic-view\n/);
    expect(stdout).toMatch(/ {2}expected {3}guarded, live: holds; legacy, workspace-fix: does not hold\n/);
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
    expect(status).toBe(0);
    const page = JSON.parse(ratchet('list', 'racing-writers', '--format', 'json').stdout);
    expect(page).toMatchObject({
      name: 'racing-writers',
      tags: ['writes'],
      expectations: ['guarded', 'legacy', 'live', 'workspace-fix'].map((subject) => ({ subject })),
    });
  });

  it('runs the scenarios with a tag', () => {
    const { stdout, status } = ratchet('run', '--tag', 'failover', '--subject', 'guarded', '--backend', 'simulated');
    expect(stdout.match(/^[✓✗] [\w-]+/gm)?.toSorted()).toEqual(['✓ failover-lost-tail', '✗ failover-lost-end']);
    expect(status).toBe(1);
  });
});
