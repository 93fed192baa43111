import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { program, root, runRatchet } from './ratchet.test-support.ts';

// Every case starts at least one process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ratchet = (args: readonly string[], input: string | Buffer = '') => runRatchet(args, { input });

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

type Show = [session: string, progress: number, key?: string];
const shows = (...events: Show[]): string =>
  events
    .map(([process, progress, key = 's'], index) => ({
      index,
      time: index,
      process,
      type: 'ok',
      f: 'show',
      key,
      value: { progress },
    }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
const sound = file('sound.ndjson', shows(['tab-1', 10], ['tab-1', 85]));
const broken = file('broken.ndjson', shows(['tab-1', 85], ['tab-2', 5, 't'], ['tab-1', 10]));
const registers = ['integrity', 'linearizable', 'staleness', 'availability'];
const view = ['--property', 'monotonic-view'];
const read = '{:type :invoke, :f :read, :process 1, :value nil}';

describe('what is judged', () => {
  const plan = {
    plan: 1,
    scenario: 'x',
    seed: 1,
    generations: [{ worker: 'w', story: 's', steps: [{ progress: 1, after_ms: 0 }] }],
    observers: [],
    properties: ['integrity'],
  };
  const headed = (header: object): string => `${JSON.stringify({ history: 1, ...header })}\n${shows(['tab-1', 0])}`;
  const judged = (path: string, ...flags: string[]): string[] => {
    const { stdout } = ratchet(['check', path, '--format', 'json', ...flags]);
    return JSON.parse(stdout).files[0].verdicts.map((verdict: { property: string }) => verdict.property);
  };

  it('is the properties of the plan of a run, unless the command line names others', () => {
    const run = file('run.ndjson', headed({ plan }));
    expect(judged(run)).toEqual(['integrity']);
    expect(judged(run, ...view)).toEqual(['monotonic-view']);
  });

  it('is every property that the history has the events for, if it has no plan', () => {
    const ofShows = ['monotonic-view', 'integrity'];
    expect(judged(file('bare.ndjson', headed({})))).toEqual(ofShows);
    expect(judged(file('odd.ndjson', headed({ plan: { ...plan, properties: ['fairness'] } })))).toEqual(ofShows);
    const { status, stdout } = ratchet(['check', sound]);
    expect(stdout).toContain('✓ monotonic-view   2 values judged');
    expect(stdout).toContain(
      '- not judged, since the history has no completed read: monotonic-reads, linearizable, staleness',
    );
    expect(status).toBe(1);
  });

  it('is named although the history lacks the events, if the command line or the plan names it', () => {
    const { status, stdout } = ratchet(['check', sound, '--property', 'monotonic-reads', ...view]);
    expect([status, stdout]).toEqual([
      2,
      '? monotonic-reads   not judged: the history has no completed read\n✓ monotonic-view    2 values judged\n',
    ]);
    const planned = file('planned.ndjson', headed({ plan: { ...plan, properties: ['monotonic-reads'] } }));
    expect(ratchet(['check', planned]).status).toBe(2);
  });

  it('is nothing in a history without any event that a property needs, which is not a pass', () => {
    const empty = ratchet(['check', '-', '--reporter', 'json']);
    expect(empty.status).toBe(2);
    const [{ valid, verdicts, notJudged }] = JSON.parse(empty.stdout).files;
    expect([valid, verdicts, notJudged.length]).toEqual(['unknown', [], 12]);
  });
});

describe('several files', () => {
  it('are judged separately and decide the exit code together', () => {
    const { status, stdout } = ratchet(['check', sound, broken, ...view]);
    expect(status).toBe(1);
    expect(stdout.replaceAll(`${folder}/`, '').replaceAll(/[\d.]+ m?s$|[\d.]+ m?s(?=  violated)/gm, 'TIME')).toBe(
      [
        '✓ sound.ndjson   2 events  TIME',
        '✗ broken.ndjson  3 events  TIME  violated',
        '  ✗ monotonic-view   tab-1 saw s go from 85% back to 10%',
        '     0.000 s  tab-1 was shown 85%',
        '     0.000 s  tab-1 was shown 10%',
        '',
        '1 passed, 1 violated  TIME',
        '',
      ].join('\n'),
    );
    expect(ratchet(['check', sound, sound, ...view]).status).toBe(0);
    expect(ratchet(['check', sound, sound, '--property', 'monotonic-commits', ...view]).status).toBe(2);
  });

  it('get no verdict from the first invalid one on', () => {
    const bad = file('bad.ndjson', 'oops\n');
    const { status, stdout, stderr } = ratchet(['check', broken, bad, sound]);
    expect(status).toBe(64);
    expect(stdout).toContain(`✗ ${broken}`);
    expect(stdout).toContain('1 violated, 2 not run');
    expect(stdout).not.toContain(sound);
    expect(stderr).toContain('bad.ndjson:1: not valid JSON');
    expect(ratchet(['check', bad, sound])).toMatchObject({ status: 64, stdout: expect.not.stringContaining('✓') });
  });

  it('are reported as JSON and as JUnit XML too', () => {
    const json = JSON.parse(ratchet(['check', sound, broken, ...view, '--format', 'json']).stdout);
    expect(json).toMatchObject({
      valid: false,
      files: [
        { events: 2, valid: true },
        { events: 3, valid: false },
      ],
    });
    const { status, stdout } = ratchet(['check', sound, broken, ...view, '--format', 'junit']);
    expect(status).toBe(1);
    expect(stdout).toContain('<testsuites name="ratchet check" tests="2" failures="1" errors="0">');
  });
});

describe('a history', () => {
  const packed = gzipSync(shows(['tab-1', 85], ['tab-1', 10]));

  it('may come from standard input, gzipped or not', () => {
    expect(ratchet(['check', '-', ...view], shows(['tab-1', 85], ['tab-1', 10])).status).toBe(1);
    expect(ratchet(['check', '-', ...view], packed).status).toBe(1);
    expect(ratchet(['check', '-', ...view], '').status).toBe(2);
    expect(ratchet(['check', '-'], 'oops').stderr).toContain('ratchet: standard input:1: not valid JSON');
  });

  it('may be compressed, whatever its name', () => {
    expect(ratchet(['check', file('broken.ndjson.gz', packed), ...view]).status).toBe(1);
    expect(ratchet(['check', file('broken.zip', packed), ...view]).status).toBe(1);
    const zstd = zstdCompressSync(shows(['tab-1', 85], ['tab-1', 10]));
    expect(ratchet(['check', file('broken.ndjson.zst', zstd), ...view]).status).toBe(1);
    expect(ratchet(['check', '-', ...view], zstd).status).toBe(1);
  });

  it('is judged only for the selected keys and sessions', () => {
    expect(ratchet(['check', broken, '--key', 't', ...view]).status).toBe(0);
    expect(ratchet(['check', broken, '--key', 't', '--key', 's', ...view]).status).toBe(1);
    expect(ratchet(['check', broken, '--session', 'tab-2', ...view]).status).toBe(0);
    const { stdout } = ratchet(['check', broken, '--session', 'tab-1', ...view, '--format', 'json']);
    expect(JSON.parse(stdout).files[0].verdicts[0].violations[0].events).toEqual([0, 2]);
  });

  it('may be one of Jepsen, in EDN or JSON, with a given initial value', () => {
    const edn = file('h.edn', `[${read}\n {:type :ok, :f :read, :process 1, :value 3}]`);
    const flags = ['--from', 'jepsen-edn', '--property', 'integrity'];
    expect(ratchet(['check', edn, ...flags]).status).toBe(1);
    expect(ratchet(['check', edn, ...flags, '--initial', '3']).status).toBe(0);
    const { stdout } = ratchet(['check', edn, '--from', 'jepsen-edn', '--format', 'json']);
    const { verdicts } = JSON.parse(stdout).files[0];
    expect(verdicts.map(({ property }: { property: string }) => property)).toEqual(registers);
    const json = file(
      'h.json',
      '[{"type":"invoke","f":"read","process":1},{"type":"ok","f":"read","process":1,"value":null}]',
    );
    expect(ratchet(['check', json, '--from', 'jepsen-json', '--property', 'integrity']).status).toBe(0);
  });

  it('of Jepsen is recognised by its content, whatever its name or source', () => {
    const edn = `[${read}\n {:type :ok, :f :read, :process 1, :value 3}]`;
    const json = '{"type":"ok","f":"read","process":1,"value":3}';
    const lines = `${json.replace('ok', 'invoke').replace('3', 'null')}\n${json}\n`;
    const integrity = ['--property', 'integrity'];
    for (const [format, text] of [
      ['jepsen-edn', edn],
      ['jepsen-json', lines],
      ['jepsen-json', `[${lines.trim().replace('\n', ',\n')}]`],
    ] as const) {
      const plain = file('history', text);
      const { status, stdout } = ratchet(['check', plain]);
      expect(status).toBe(1);
      expect(stdout).toContain(`note:    read as ${format}\n`);
      expect(ratchet(['check', file('history.gz', gzipSync(text)), ...integrity]).status).toBe(1);
      expect(ratchet(['check', '-', ...integrity], text).status).toBe(1);
      expect(ratchet(['check', '-', ...integrity, '--initial', '3'], gzipSync(text)).status).toBe(0);
      const { files } = JSON.parse(ratchet(['check', plain, sound, '--format', 'json']).stdout);
      expect(files.map((each: { format?: string }) => each.format)).toEqual([format, undefined]);
      expect(files[0].verdicts.map((verdict: { property: string }) => verdict.property)).toEqual(registers);
    }
  });

  it('is read in the format of --from, whatever its content', () => {
    const edn = file('like.edn', read);
    expect(ratchet(['check', edn, '--from', 'ratchet']).stderr).toContain('like.edn:1: not valid JSON');
    expect(ratchet(['check', sound, '--from', 'jepsen-json', ...view]).stdout).not.toContain('read as');
  });

  it('is read without loading the code of other formats', () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => { const found = next(name, context); console.error(found.url); return found; } });`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program];
    const loadedBy = (...files: string[]): string =>
      spawnSync(process.execPath, [...args, 'check', ...files, ...view], { cwd: root, encoding: 'utf8' }).stderr;
    const others =
      /\/(yaml|zod|csv-parse)\/|\/(edn|edn-value|jepsen|log-history|mapping|mapping-schema|json-items)\.ts/g;
    expect(loadedBy(sound)).toContain('/reader.ts');
    expect(loadedBy(sound).match(others)).toBeNull();
    expect(loadedBy(file('loading.edn', read)).match(others)).toContain('/jepsen.ts');
  });

  it('may be a log with a mapping, which names the properties to judge', () => {
    const map = file(
      'map.yaml',
      'time: { field: t, unit: ms }\nsession: u\nstory: s\nprogress: p\nproperties: [monotonic-view]\n',
    );
    const log = file('log.ndjson', '{"t":2,"u":"u","s":"s","p":10}\n{"t":1,"u":"u","s":"s","p":85}\n');
    const { status, stdout } = ratchet(['check', log, '--map', map]);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ monotonic-view   u saw s go from 85% back to 10%');
    expect(stdout).toContain('u read 10%   line 1 of the log');
    expect(stdout).not.toContain('monotonic-commits');
  });
});

describe('bounds', () => {
  const poll = (at: number, f: string, type: string, progress: number) => ({
    time: at * 1e9,
    process: f,
    type,
    f,
    key: 's',
    value: { progress },
  });
  const events = [
    poll(0, 'write', 'invoke', 100),
    poll(1, 'write', 'ok', 100),
    poll(2, 'read', 'invoke', 0),
    poll(4, 'read', 'ok', 100),
  ];
  const slow = file('slow.ndjson', events.map((event, index) => JSON.stringify({ index, ...event })).join('\n'));

  it('come from the flags', () => {
    const converge = ['check', slow, '--property', 'convergence', '--converge-within'];
    expect(ratchet([...converge, '2999ms']).status).toBe(1);
    expect(ratchet([...converge, '3s']).status).toBe(0);
  });

  it('of staleness and availability are unlimited unless they are given', () => {
    const stale = [
      poll(0, 'write', 'invoke', 100),
      poll(1, 'write', 'ok', 100),
      poll(3, 'read', 'invoke', 0),
      poll(4, 'read', 'ok', 0),
      poll(5, 'read', 'invoke', 0),
    ];
    const path = file('stale.ndjson', stale.map((event, index) => JSON.stringify({ index, ...event })).join('\n'));
    const status = (...flags: string[]): number | null =>
      ratchet(['check', path, '--property', 'staleness', '--property', 'availability', ...flags]).status;
    expect(status()).toBe(0);
    expect(status('--max-staleness', '1999ms')).toBe(1);
    expect(status('--max-staleness', '2s', '--max-staleness', '1versions')).toBe(0);
    expect(status('--max-staleness', '2s', '--max-staleness', '0versions')).toBe(1);
    expect(status('--min-availability', '50%')).toBe(0);
    expect(status('--min-availability', '50.1%')).toBe(1);
  });

  it('of the search time make a verdict unknown if no order is found in time', () => {
    const twice = Array.from({ length: 3000 }, (_, at) => [
      { process: at % 8, type: 'invoke', f: 'write', key: 's', value: at % 2 },
      { process: at % 8, type: 'ok', f: 'write', key: 's', value: at % 2 },
    ]).flat();
    const reads = [
      { process: 9, type: 'invoke', f: 'read', key: 's' },
      { process: 9, type: 'ok', f: 'read', key: 's', value: 1 },
    ];
    const lines = [...twice, ...reads].map((event, index) => JSON.stringify({ index, time: index, ...event }));
    const path = file('repeated.ndjson', lines.join('\n'));
    const flags = ['--property', 'linearizable', '--timeout'];
    expect(ratchet(['check', path, ...flags, '0ms']).status).toBe(2);
    expect(ratchet(['check', path, ...flags, '1min']).status).toBe(0);
  });
});

describe('an invalid history, mapping or flag is refused in one line', () => {
  const map = 'time: t\nsession: u\nstory: s\nprogress: p\n';
  const good = file('good.yaml', map);
  const cases: [what: string, args: string[], message: string][] = [
    ['no file', ['check'], "missing required argument 'files'"],
    ['standard input twice', ['check', '-', '-'], '- is given twice'],
    [
      'a truncated gzip file',
      ['check', file('cut.gz', gzipSync(shows(['a', 1])).subarray(0, 40))],
      'cut.gz: its compressed data ends too early',
    ],
    [
      'a file that is not gzipped, though its name ends in .gz',
      ['check', file('none.gz', 'hello')],
      'none.gz: its gzip data is broken',
    ],
    ['a file that is not zstd data', ['check', file('none.zst', 'hello')], 'none.zst: its zstd data is broken'],
    ['a gzip file that is missing', ['check', join(folder, 'missing.gz')], 'missing.gz: no such file'],
    ['a key that no file has', ['check', sound, '--key', 'story-9'], 'no history has the key "story-9"'],
    [
      'a session that no file has',
      ['check', broken, '--session', 'tab-2', '--session', 'tab-3'],
      'no history has the session "tab-3"',
    ],
    ['a duration without unit', ['check', sound, '--converge-within', '2'], 'It must be like 2s or 500ms'],
    ['a staleness without unit', ['check', sound, '--max-staleness', '3'], 'It must be like 500ms or 3versions'],
    [
      'two bounds of staleness in time',
      ['check', sound, '--max-staleness', '3s', '--max-staleness', '4s'],
      'at most one bound in time',
    ],
    ['an availability above 100%', ['check', sound, '--min-availability', '101%'], 'It must be like 99.9%'],
    ['a memory without unit', ['check', sound, '--memory', '512'], 'It must be like 512MiB or 4GiB'],
    ['a time-out without unit', ['check', sound, '--timeout', '10'], 'It must be like 2s or 500ms'],
    ['an unknown format', ['check', sound, '--from', 'xml'], "argument 'xml' is invalid"],
    [
      'invalid EDN',
      ['check', file('bad.edn', `${read}\n{:type`), '--from', 'jepsen-edn'],
      'bad.edn:2: the text ends before its }',
    ],
    [
      'text that is not UTF-8',
      ['check', file('latin.edn', Buffer.from([0x3b, 0x0a, 0x22, 0xe9, 0x22])), '--from', 'jepsen-edn'],
      'latin.edn:2: not UTF-8 text',
    ],
    ['a mapping and a format', ['check', sound, '--from', 'jepsen-edn', '--map', good], '--map is for your own logs'],
    ['an initial value for a history of a run', ['check', sound, '--initial', '0'], '--initial is for --from jepsen-'],
    ['an initial value for a file that holds no registers', ['check', sound, '--initial', '0'], 'sound.ndjson'],
    [
      'an initial value with --from ratchet',
      ['check', sound, '--from', 'ratchet', '--initial', '0'],
      '--initial is for',
    ],
    ['a log without a mapping', ['check', sound, '--from', 'json-log'], 'is a log in JSON, which needs a --map'],
    ['an unknown file format', ['check', file('t.txt', 'time,process\n')], 't.txt:1: not valid JSON'],
    [
      'a table without a mapping',
      ['check', file('t.csv', 'at,user,pct\n')],
      't.csv is a CSV table, which needs a --map',
    ],
    [
      'an initial value that is not JSON',
      ['check', sound, '--from', 'jepsen-edn', '--initial', 'nil'],
      'It must be JSON',
    ],
    ['a mapping that is missing', ['check', sound, '--map', join(folder, 'none.yaml')], 'none.yaml: no such file'],
    [
      'a mapping with an unknown field',
      ['check', sound, '--map', file('typo.yaml', `${map}sesion: x\n`)],
      'typo.yaml:5: unknown field sesion',
    ],
    [
      'a mapping with an unknown property',
      ['check', sound, '--map', file('fair.yaml', `${map}properties: [fairness]\n`)],
      'no property is called "fairness"',
    ],
    [
      'a log line without time',
      ['check', file('log2.ndjson', '{"u":1}\n'), '--map', good],
      'log2.ndjson:1: time is missing (field t)',
    ],
    ['an export without a format', ['export', sound], "required option '--to <format>' not specified"],
    [
      'an export of an invalid history',
      ['export', file('bad2.ndjson', 'x'), '--to', 'ratchet'],
      'bad2.ndjson:1: not valid JSON',
    ],
  ];

  it.each(cases)('%s', (_, args, message) => {
    const { status, stdout, stderr } = ratchet(args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([64, '']);
  });
});

describe('ratchet export', () => {
  it('writes histories that Jepsen and Ratchet can read', () => {
    const edn = ratchet(['export', broken, '--to', 'jepsen-edn']).stdout;
    expect(edn).toContain(
      '{:type :info, :f :show, :process :ratchet, :time 0, :index 0, :process-name "tab-1", :value ["s" {:progress 85}]}',
    );
    const back = ratchet(['export', '-', '--from', 'jepsen-edn', '--to', 'ratchet'], edn).stdout;
    expect(back).toBe(readFileSync(broken, 'utf8'));
  });
});

it('is ended by a signal, whatever it is doing', async () => {
  const child = spawn(process.execPath, [program, 'check', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  // More than fits into a pipe: once it is written, the command has begun to read.
  child.stdin.write(shows(...Array.from({ length: 4_000 }, (): Show => ['tab-1', 10])));
  await once(child.stdin, 'drain');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
});
