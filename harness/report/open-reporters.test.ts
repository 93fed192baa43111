import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { START, judgedRun, steady, title } from './judged-run.test-support.ts';
import { openReporters, type ReporterRequest } from './open-reporters.ts';

const folder = mkdtempSync(join(tmpdir(), 'reporters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);

function file(name: string, content: string): string {
  writeFileSync(path(name), content);
  return path(name);
}

async function open(...requests: [name: string, file?: string][]) {
  const failures: Error[] = [];
  let printed = '';
  const reporter = await openReporters({
    requests: requests.map(([name, file]): ReporterRequest => ({ name, file })),
    isVerbose: false,
    write: (text) => void (printed += text),
    onFailure: (error) => void failures.push(error),
  });
  const judge = async (): Promise<void> => {
    await reporter.begin?.({ verb: 'run', titles: [title('restart')], ...START });
    await reporter.starting?.(title('restart'));
    await reporter.ran?.(judgedRun(steady, ['monotonic-view'], title('restart')));
    await reporter.end?.({ valid: true, durationMs: 1, error: undefined });
  };
  return { reporter, judge, failures, printed: () => printed };
}

const OWN = `export const reporter = ({ output, isVerbose }) => ({
  begin: ({ verb }) => output.write(\`\${verb} \${isVerbose}\\n\`),
  ran: async ({ scenario, history }) => output.write(\`\${scenario} \${history.events.length}\\n\`),
});`;

describe('reporters', () => {
  it.each([
    ['an automatic one writes where no other does', 'junit', '<testsuites'],
    ['an automatic one that is requested too writes only where it was requested', 'text', ''],
  ])('%s', async (_, name, begin) => {
    let [printed, aside] = ['', ''];
    const reporter = await openReporters({
      requests: [{ name: 'text', file: undefined }],
      automatic: { name, write: (text) => void (aside += text) },
      isVerbose: false,
      write: (text) => void (printed += text),
      onFailure: (error) => expect.unreachable(error.message),
    });
    await reporter.ran?.(judgedRun(steady, ['monotonic-view'], title('restart')));
    await reporter.end?.({ valid: true, durationMs: 1, error: undefined });
    expect(printed).toContain('restart');
    expect([aside.includes(begin), aside === '']).toEqual([true, begin === '']);
  });

  it('default to text on standard output', async () => {
    const { judge, printed } = await open();
    await judge();
    expect(printed()).toContain('restart  guarded');
  });

  it('write to their own outputs, and create the folders of their files', async () => {
    const { judge, printed, failures } = await open(
      ['json'],
      ['text', path('a/b/run.txt')],
      ['junit', path('junit.xml')],
    );
    expect(existsSync(path('a'))).toBe(false);
    await judge();
    expect(JSON.parse(printed())).toMatchObject({ valid: true });
    expect(readFileSync(path('a/b/run.txt'), 'utf8')).toBe('✓ restart  guarded  1.2 s\n');
    expect(readFileSync(path('junit.xml'), 'utf8')).toContain('<testsuites name="ratchet run" tests="1"');
    expect(failures).toEqual([]);
  });

  it('overwrite existing files', async () => {
    const { judge } = await open(['text', file('old.txt', 'x'.repeat(999))]);
    await judge();
    expect(readFileSync(path('old.txt'), 'utf8')).toBe('✓ restart  guarded  1.2 s\n');
  });

  it('may be a file that exports `reporter` or has a default export', async () => {
    for (const content of [OWN, OWN.replace('export const reporter =', 'export default')]) {
      const own = file(`own-${content.length}.mjs`, content);
      const { judge, printed } = await open([relative(process.cwd(), own)]);
      await judge();
      expect(printed()).toBe('run false\nrestart 2\n');
    }
  });
});

describe('a failure of one reporter', () => {
  it('ends that one, and the others report everything', async () => {
    const failing = file('failing.mjs', `export const reporter = () => ({ ran() { throw new Error('oops'); } });`);
    const { judge, printed, failures } = await open([failing, path('failing.txt')], ['json']);
    await judge();
    expect(JSON.parse(printed())).toMatchObject({ valid: true, runs: [{ valid: true }] });
    expect(failures.map(({ message }) => message)).toEqual([`the reporter ${failing} failed: oops`]);
  });

  it.each([
    ['a file below a file', () => join(file('plain', ''), 'x.xml')],
    ['a folder', () => folder],
    ['a file system that takes no folders', () => '/proc/ratchet/x.xml'],
  ])('where its file is %s it says so, and nothing else is lost', async (_, place) => {
    const unwritable = place();
    const { reporter, judge, printed, failures } = await open(['junit', unwritable], ['json']);
    await reporter.begin?.({ verb: 'run', titles: [], ...START });
    // Before anything is run.
    expect(failures).toHaveLength(1);
    await judge();
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ code: 'reporter-unwritable', exitCode: 2 });
    expect(failures[0]!.message).toContain(`${unwritable}: cannot be written: `);
    expect(JSON.parse(printed())).toMatchObject({ valid: true });
  });
});

describe('open refuses', () => {
  mkdirSync(path('sub'));
  const cases: [what: string, requests: [string, string?][], message: string][] = [
    ['an unknown name', [['xml']], 'no reporter is called "xml"'],
    ['two on standard output', [['text'], ['json']], 'text and json would both write to standard output'],
    [
      'two in one file',
      [
        ['text', path('same')],
        ['json', path('sub/../same')],
      ],
      'text and json would both write to ',
    ],
    ['a file that is missing', [['./nothing.ts']], 'nothing.ts: no such file'],
    ['a file that cannot be loaded', [[file('broken.mjs', 'export const = 1')]], 'broken.mjs: cannot be loaded: '],
    ['a file without reporter', [[file('none.mjs', 'export const x = 1;')]], 'none.mjs: exports no `reporter`'],
    [
      'a reporter that is not a function',
      [[file('value.mjs', 'export const reporter = {};')]],
      'value.mjs: its `reporter` is not a function',
    ],
    [
      'a function that throws',
      [[file('throws.mjs', 'export const reporter = () => { throw new Error("no"); };')]],
      'throws.mjs: its reporter cannot be created: no',
    ],
    [
      'a function that returns nothing',
      [[file('nothing.mjs', 'export const reporter = () => {};')]],
      'nothing.mjs: its reporter is not an object',
    ],
    [
      'a method that is not a function',
      [[file('method.mjs', 'export const reporter = () => ({ ran: 1 });')]],
      'method.mjs: ran of its reporter is not a function',
    ],
  ];

  it.each(cases)('%s', async (_, requests, message) => {
    const refusal = open(...requests);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
  });
});
