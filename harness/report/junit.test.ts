import { describe, expect, it } from 'vitest';
import type { Verdict } from '../checker/verdict.ts';
import { EnvironmentError } from '../errors.ts';
import { historyOf, show } from '../history/history.test-support.ts';
import type { Plan } from '../plan/plan.ts';
import { createJunitReporter } from './junit.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';

const END = { valid: false, durationMs: 5, error: undefined } as const;
const properties = ['monotonic-view', 'monotonic-reads', 'monotonic-commits'] as const;

async function checked(files: readonly { file: string; sessions: readonly string[] }[]): Promise<string> {
  const { reporter, text } = await caught(createJunitReporter);
  await reporter.begin({ verb: 'check', titles: files.map(({ file }) => ({ file })), leftOut: [], defaults: {} });
  for (const { file, sessions } of files) {
    const shows = sessions.flatMap((session) => [show(session, { progress: 85 }), show(session, { progress: 10 })]);
    await reporter.ran(judgedRun(historyOf(shows), properties, { file, historyFile: file }));
  }
  await reporter.end(END);
  return text();
}

describe('JUnit XML of check', () => {
  it('has a suite for each file and a case for each property, with the counterexamples of violated ones', async () => {
    const xml = await checked([
      { file: 'a.ndjson', sessions: ['tab-1'] },
      { file: 'b.ndjson', sessions: [] },
    ]);
    expect(xml).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="ratchet check" tests="6" failures="1" errors="3">',
        '  <testsuite name="a.ndjson" tests="3" failures="1" errors="1" time="1.234">',
        '    <testcase classname="a.ndjson" name="monotonic-view">',
        '      <failure message="tab-1 saw story-1 go from 85% back to 10%">tab-1 saw story-1 go from 85% back to 10%',
        '   0.000 s  tab-1 was shown 85%',
        '   0.001 s  tab-1 was shown 10%</failure>',
        '    </testcase>',
        '    <testcase classname="a.ndjson" name="monotonic-reads"/>',
        '    <testcase classname="a.ndjson" name="monotonic-commits">',
        '      <error message="the history has no commit events"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="b.ndjson" tests="3" failures="0" errors="2" time="1.234">',
        '    <testcase classname="b.ndjson" name="monotonic-view">',
        '      <error message="the history has no shown value"/>',
        '    </testcase>',
        '    <testcase classname="b.ndjson" name="monotonic-reads"/>',
        '    <testcase classname="b.ndjson" name="monotonic-commits">',
        '      <error message="the history has no commit events"/>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  it('skips the properties that the history lacks the events for, if all are judged by default', async () => {
    const { reporter, text } = await caught(createJunitReporter);
    const { verdicts, ...run } = judgedRun(steady, ['monotonic-view', 'monotonic-commits'], { file: 'a.ndjson' });
    await reporter.ran({ ...run, valid: true, verdicts: verdicts.slice(0, 1), notJudged: verdicts.slice(1) });
    await reporter.end(END);
    expect(text()).toContain('tests="2" failures="0" errors="0" skipped="1"');
    expect(text()).toContain('<skipped message="the history has no commit events"/>');
  });

  it('contains the first ten violations', async () => {
    const sessions = Array.from({ length: 12 }, (_, at) => `tab-${at}`);
    const xml = await checked([{ file: 'a.ndjson', sessions }]);
    expect(xml.match(/^(?:.*>)?tab-\d+ saw/gm)).toHaveLength(10);
  });

  it('escapes names, and replaces what is left of characters that XML cannot contain', async () => {
    const xml = await checked([{ file: '<&">.ndjson', sessions: ['a\u0000\uD800\uFFFE<b>&"'] }]);
    expect(xml).toContain('name="&lt;&amp;&quot;&gt;.ndjson"');
    expect(xml).toContain(String.raw`message="a\u{0}\u{d800}` + '\uFFFD&lt;b&gt;&amp;&quot; saw story-1');
    expect([xml.includes('\u0000'), xml.includes('\uD800')]).toEqual([false, false]);
  });
});

describe('JUnit XML of run', () => {
  it('tells once why a run is incomplete, for any number of inconclusive properties', async () => {
    const incomplete = new EnvironmentError('server-died', 'the server died (SIGKILL)');
    const reason = `the run is incomplete: ${incomplete.message}`;
    const names = ['monotonic-view', 'integrity', 'convergence'];
    const verdicts = names.map((property): Verdict => ({
      property,
      valid: 'unknown',
      violations: [],
      judged: 1,
      reason,
    }));
    const { reporter, text } = await caught(createJunitReporter);
    await reporter.begin({ verb: 'run', titles: [title('restart')], ...START });
    await reporter.ran({ ...judgedRun(steady, [], title('restart')), valid: 'unknown', verdicts, incomplete });
    await reporter.end(END);
    expect(text()).toContain('tests="4" failures="0" errors="1" skipped="3"');
    expect(text().match(/SIGKILL/g)).toHaveLength(1);
    expect(text().match(/<skipped message="the run is incomplete"\/>/g)).toHaveLength(3);
  });

  it('has a suite for each scenario, whose cases name the run if there are several', async () => {
    const { reporter, text } = await caught(createJunitReporter);
    const runs = [1, 2, 2].map((seed) => title('racing', { seed }));
    await reporter.begin({ verb: 'run', titles: runs, ...START });
    for (const run of runs) {
      const replay = `ratchet replay ${run.seed}.json`;
      await reporter.ran(judgedRun(reverted, ['monotonic-view'], { ...run, replay, expected: false }));
    }
    await reporter.end(END);
    expect(text().match(/<(testsuite|testcase) .*>/g)).toEqual([
      '<testsuite name="racing guarded" tests="3" failures="3" errors="0" time="3.702">',
      '<testcase classname="racing guarded" name="monotonic-view seed 1">',
      '<testcase classname="racing guarded" name="monotonic-view seed 2">',
      '<testcase classname="racing guarded" name="monotonic-view seed 2 (2)">',
    ]);
    const names = [...text().matchAll(/<property name="(\w+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['subject', 'backend', 'expected']);
    expect(text().match(/replay: ratchet replay \d\.json/g)).toHaveLength(3);
  });

  it('has the replay command of a run, and a suite for each scenario that was left out', async () => {
    const { reporter, text } = await caught(createJunitReporter);
    const [first, second] = [title('restart'), title('racing', { seed: 7 })];
    const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
    await reporter.begin({ verb: 'run', titles: [first, second], ...START, leftOut });
    await reporter.ran(judgedRun(steady, ['monotonic-view'], { ...first, expected: true }));
    const replay = 'ratchet replay plan.json';
    await reporter.ran(judgedRun(reverted, ['monotonic-view'], { ...second, expected: false, replay }));
    await reporter.end({ ...END, error: new Error('the disk is full') });
    expect(text()).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="ratchet run" tests="4" failures="1" errors="1">',
        '  <testsuite name="failover guarded" tests="1" failures="0" errors="0" skipped="1">',
        '    <testcase classname="failover guarded" name="run">',
        '      <skipped message="no promotion here"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="restart guarded" tests="1" failures="0" errors="0" time="1.234">',
        '    <properties>',
        '      <property name="subject" value="guarded"/>',
        '      <property name="backend" value="embedded"/>',
        '      <property name="seed" value="1"/>',
        '      <property name="expected" value="held"/>',
        '    </properties>',
        '    <testcase classname="restart guarded" name="monotonic-view"/>',
        '  </testsuite>',
        '  <testsuite name="racing guarded" tests="1" failures="1" errors="0" time="1.234">',
        '    <properties>',
        '      <property name="subject" value="guarded"/>',
        '      <property name="backend" value="embedded"/>',
        '      <property name="seed" value="7"/>',
        '      <property name="expected" value="violated"/>',
        '      <property name="replay" value="ratchet replay plan.json"/>',
        '    </properties>',
        '    <testcase classname="racing guarded" name="monotonic-view">',
        '      <failure message="tab-1 saw story-1 go from 85% back to 10%">tab-1 saw story-1 go from 85% back to 10%',
        '   0.000 s  tab-1 was shown 85%',
        '   0.001 s  tab-1 was shown 10%',
        '',
        'replay: ratchet replay plan.json</failure>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="ratchet run" tests="1" failures="0" errors="1">',
        '    <testcase classname="ratchet run" name="run">',
        '      <error message="the disk is full"/>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });
});

describe('JUnit XML of explore', () => {
  const found = {
    plan: {} as Plan,
    isShrunk: true,
    shrinkRuns: 3,
    confirm: undefined,
    keptAs: undefined,
  };

  async function explored(over: Parameters<typeof judgedExploration>[0]): Promise<string> {
    const { reporter, text } = await caught(createJunitReporter);
    const space = title('plan-space');
    await reporter.begin({ verb: 'explore', titles: [space], ...START });
    await reporter.explored(judgedExploration(over));
    await reporter.end(END);
    return text();
  }

  it('has the properties of the plan that was found', async () => {
    const run = { ...judgedRun(reverted, properties), isConfirmed: true, attempt: 1 };
    const failing = { kind: 'violation', what: 'monotonic-view' } as const;
    const xml = await explored({ valid: false, found: { ...found, failing, runs: [run] } });
    expect(xml).toContain('<testsuite name="plan-space guarded" tests="3" failures="1" errors="1" time="2.000">');
    expect(xml).toContain('<failure message="tab-1 saw story-1 go from 85% back to 10%">');
  });

  it('reports that nothing was found, or that a plan could not be judged', async () => {
    expect(await explored({})).toContain('<testcase classname="plan-space guarded" name="no counterexample"/>');
    const failing = { kind: 'broken', what: 'run-timeout' } as const;
    const xml = await explored({ valid: 'unknown', found: { ...found, failing, runs: [] } });
    expect(xml).toContain('<error message="run-timeout"/>');
  });
});

/** The elements of the schema of Jenkins (`junit-10.xsd`, to which other servers keep too): attributes, then children. */
const SCHEMA: Readonly<Record<string, readonly [attributes: readonly string[], children: readonly string[]]>> = {
  testsuites: [['name', 'time', 'tests', 'failures', 'errors'], ['testsuite']],
  testsuite: [
    [
      'name',
      'tests',
      'failures',
      'errors',
      'group',
      'time',
      'skipped',
      'timestamp',
      'hostname',
      'id',
      'package',
      'file',
    ],
    ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  ],
  properties: [[], ['property']],
  property: [['name', 'value'], []],
  testcase: [
    ['name', 'time', 'classname', 'group'],
    ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  ],
  failure: [['type', 'message'], []],
  error: [['type', 'message'], []],
  skipped: [['type', 'message'], []],
};

/** What the schema does not allow, in order. */
function invalidParts(xml: string): string[] {
  const open: string[] = [];
  return [...xml.matchAll(/<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g)].flatMap(
    ([, closing, name = '', attributes = '', empty]) => {
      if (closing === '/') {
        const last = open.pop();
        return last === name ? [] : [`</${name}> closes <${last}>`];
      }
      const parent = open.at(-1);
      if (empty === '') open.push(name);
      const isChild = parent === undefined ? name === 'testsuites' : SCHEMA[parent]?.[1].includes(name);
      const names = [...attributes.matchAll(/ ([\w-]+)="/g)].map(([, attribute = '']) => attribute);
      const unknown = names.filter((attribute) => !SCHEMA[name]?.[0].includes(attribute));
      return [
        ...(isChild ? [] : [`<${name}> in <${parent}>`]),
        ...unknown.map((attribute) => `${attribute} of <${name}>`),
      ];
    },
  );
}

describe('JUnit XML', () => {
  it('has only what the common schema allows, for ten thousand runs with hostile names', async () => {
    const { reporter, text } = await caught(createJunitReporter);
    const hostile = '</testcase><testcase name="forged"/>\u0000\u202E😀]]>';
    const leftOut = [{ title: title(hostile), reason: hostile }];
    await reporter.begin({ verb: 'run', titles: [], ...START, leftOut });
    const bad = judgedRun(
      historyOf([show(hostile, { progress: 85 }), show(hostile, { progress: 10 })]),
      properties,
      title(hostile, { subject: hostile }),
    );
    for (let seed = 0; seed < 10_000; seed++) await reporter.ran({ ...bad, seed, incomplete: new Error(hostile) });
    await reporter.end({ ...END, error: new Error(hostile) });
    expect(invalidParts(text())).toEqual([]);
    expect(text().match(/<testsuite /g)).toHaveLength(3);
    const names = text().match(/<testcase [^>]* name="[^"]*"/g) ?? [];
    expect(new Set(names).size).toBe(10_000 * (properties.length + 1) + 2);
    expect(invalidParts('<testsuites><testcase assertions="1"/></testsuites>')).toHaveLength(2);
  });
});
