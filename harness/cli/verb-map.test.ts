/** `ratchet map`, and the options of `check` for logs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { root, runRatchet } from './ratchet.test-support.ts';

// Every case starts a process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = (name: string): string => join(root, 'fixtures/logs', name);
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('ratchet map', () => {
  it('proposes a mapping with which the log is judged, also from a compressed standard input', () => {
    const proposed = runRatchet(['map', '-'], { input: zstdCompressSync(readFileSync(log('status.logfmt'))) });
    expect([proposed.status, proposed.stderr]).toEqual([0, '']);
    const map = file('map.yaml', proposed.stdout);
    const { status, stdout } = runRatchet(['check', log('status.logfmt'), '--map', map]);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ monotonic-view   a41 saw story-7 go from 40% back to 10%');
    expect(stdout).toContain('incident: 1 violation, 1 story, 1 user, at 2026-05-04T09:30:03.455Z');
  });

  it('prints what it has found, and says in one line what it has not', () => {
    const path = file('bare.log', '{"at":"2026-05-04T09:30:02Z","progress":5}\n');
    const { status, stdout, stderr } = runRatchet(['map', path]);
    expect(status).toBe(64);
    expect(stdout).toContain('progress: progress');
    expect(stderr).toMatch(/^ratchet: .*bare\.log: the fields session, story were not found in its first records.*\n$/);
  });

  const wrong: [what: string, args: string[], message: string][] = [
    ['a file that does not exist', ['none.log'], 'none.log: no such file'],
    ['a history', ['fixtures/histories/monotonic-view-smallest-false.ndjson'], 'is a history (ratchet)'],
    ['an unknown format', ['fixtures/logs/access.log', '--from', 'xml'], "argument 'xml' is invalid"],
    ['a log without records', [file('empty.log', '\n')], 'empty.log: has no record'],
    ['a broken document', [file('cut.har', '{"log":{"entries":[\n{]}'), '--from', 'har'], 'cut.har:2: not valid JSON'],
  ];
  it.each(wrong)('refuses %s in one line', (_, args, message) => {
    const { status, stdout, stderr } = runRatchet(['map', ...args]);
    expect(stderr).toContain(message);
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([64, '', 1]);
  });
});

describe('several logs of one incident', () => {
  const server = file(
    'server.map.yaml',
    'format: json-log\ntime: { field: t, unit: ms }\nsession: tab\nstory: s\nprogress: p\noperation: write\n',
  );
  const at = Date.parse('2026-05-04T09:30:02.000Z');
  const writes = file('server.log', `${JSON.stringify({ t: at, tab: 'worker', s: 'story-7', p: 40 })}\n`);
  const url = ['--url', '/api/stories/:story/status'];

  it('are judged as one history, each with the mapping of its format', () => {
    const other = file('other.har', readFileSync(log('browser.har')));
    const args = ['check', '--merge', log('browser.har'), other, writes, '--map', server, '--reporter', 'json'];
    const har = file('har.map.yaml', 'format: har\nprogress: body.progress\nurl: /api/stories/:story/status\n');
    const { status, stdout } = runRatchet([...args, '--map', har, '--property', 'monotonic-view']);
    expect(status).toBe(1);
    const { files } = JSON.parse(stdout) as { files: { incident: { users: number }; lines: number }[] };
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ incident: { users: 2, violations: 2, stories: 1 } });
  });

  it('name the file of each line, and that their clocks may differ', () => {
    const other = file('second.har', readFileSync(log('browser.har')));
    const { stdout } = runRatchet(['check', '--merge', log('browser.har'), other, ...url]);
    expect(stdout).toMatch(
      /second read 10% {3}cache: HIT, line 190 of .*second\.har|browser read 10%.* of .*browser\.har/,
    );
    expect(stdout).toContain('note:    merged by time: the clocks of the files may differ by an unknown time');
  });

  describe('with clocks that differ', () => {
    const line = (seconds: number, tab: string, p: number): string =>
      `${JSON.stringify({ t: at + seconds * 1e3, tab, s: 'story-7', p })}\n`;
    // The clock of the server is 5 s ahead: by its times, the tab saw 40% before it was written.
    const seen = file('seen.log', line(1, 'tab', 40) + line(3, 'tab', 60));
    const written = file('written.log', line(5, 'worker', 40) + line(6, 'worker', 60));
    const ofTabs = file(
      'tabs.map.yaml',
      'format: json-log\ntime: { field: t, unit: ms }\nsession: tab\nstory: s\nprogress: p\noperation: { field: tab, read: [tab], write: [worker] }\n',
    );
    const merged = ['check', '--merge', seen, written, '--map', ofTabs];

    it('violate no property that compares their events: it is unknown, and left out by default', () => {
      expect(runRatchet([...merged, '--property', 'integrity', '--one-clock']).status).toBe(1);
      const asked = runRatchet([...merged, '--property', 'integrity']);
      expect([asked.status, asked.stdout]).toEqual([
        2,
        expect.stringContaining('it compares events of different files, whose clocks may differ'),
      ]);
      const byDefault = runRatchet(merged);
      expect([byDefault.status, byDefault.stdout]).toEqual([0, expect.stringContaining('monotonic-view')]);
    });

    it('do not hide what one file shows', () => {
      const back = file('back.log', line(1, 'tab', 40) + line(3, 'tab', 10));
      const { status, stdout } = runRatchet(['check', '--merge', back, written, '--map', ofTabs]);
      expect([status, stdout]).toEqual([1, expect.stringContaining('monotonic-view')]);
    });

    it('say nothing about a session that is in both files', () => {
      const other = file('other-tab.log', line(2, 'tab', 10));
      const args = ['check', '--merge', seen, other, '--map', ofTabs];
      expect(runRatchet(args).status).toBe(2);
      expect(runRatchet([...args, '--one-clock']).status).toBe(1);
    });
  });

  it('are of one clock only if they are merged', () => {
    const { status, stderr } = runRatchet(['check', log('status.csv'), '--one-clock']);
    expect([status, stderr]).toEqual([64, 'ratchet: --one-clock is about files that are merged — add --merge\n']);
  });

  it('cannot contain a history, whose times are not those of a day', () => {
    const history = join(root, 'fixtures/histories/monotonic-view-smallest-false.ndjson');
    const { status, stderr } = runRatchet(['check', '--merge', history, log('browser.har')]);
    expect(status).toBe(64);
    expect(stderr).toContain('--merge is for your own logs, not for');
  });

  it('that need a mapping which is for another format are refused', () => {
    const { status, stderr } = runRatchet(['check', log('status.csv'), '--map', server]);
    expect(status).toBe(64);
    expect(stderr).toContain('status.csv is a CSV table, which needs a --map');
  });
});

describe('wrong options for logs are refused in one line', () => {
  const cases: [what: string, args: string[], message: string][] = [
    ['a HAR file without a URL', [log('browser.har')], 'is a HAR file, which needs a --url'],
    ['a pattern that is none', [log('browser.har'), '--url', 'api/:id'], '--url api/:id: must be a path'],
    ['a URL that no request has', [log('browser.har'), '--url', '/x/:id'], 'browser.har:1: no progress was found'],
    [
      'a bound of latencies that the log does not have',
      [log('monitor.ndjson'), '--max-latency', '2s'],
      'has no exact durations',
    ],
    [
      'a mapping for a format that does not exist',
      [log('status.csv'), '--map', file('xml.yaml', 'format: xml\n')],
      'xml.yaml:1: format: no format of logs is called "xml"',
    ],
    [
      'a URL for a history of Jepsen',
      [log('status.csv'), '--from', 'jepsen-edn', '--url', '/x'],
      '--url is for your own logs, not for --from jepsen-edn',
    ],
  ];
  it.each(cases)('%s', (_, args, message) => {
    const { status, stdout, stderr } = runRatchet(['check', ...args]);
    expect(stderr).toContain(message);
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([64, '', 1]);
  });
});

it('a log that does not fit into memory is sorted and judged in parts, with the same verdict', () => {
  // In no order; one of them goes back.
  const lines = Array.from({ length: 21_000 }, (_, at) => {
    const ms = (at * 7919) % 21_000;
    const progress = ms === 20_990 ? 1 : Math.floor(ms / 210);
    return `t=${1_777_887_000_000 + ms} u=u${ms % 7} s=s${ms % 5} p=${progress}`;
  });
  const big = file('big.log', lines.join('\n'));
  const map = file('big.yaml', 'time: { field: t, unit: ms }\nsession: u\nstory: s\nprogress: p\n');
  const judged = (...flags: string[]): unknown => {
    const { status, stdout } = runRatchet(['check', big, '--map', map, '--reporter', 'json', ...flags]);
    const { files } = JSON.parse(stdout) as { files: { verdicts: unknown[]; incident: unknown }[] };
    return { status, verdicts: files[0]!.verdicts, incident: files[0]!.incident };
  };
  const inParts = judged('--memory', '6MiB');
  expect(inParts).toMatchObject({ status: 1, incident: { violations: 1 } });
  expect(inParts).toEqual(judged('--memory', '4GiB'));
}, 240_000);
