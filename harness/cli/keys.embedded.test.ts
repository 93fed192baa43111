/** Where the keys and access tokens of a run are not: in the arguments of any process, in what is printed, in any report. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

/** It keeps the keys that it was given, and fails every third status request, so that errors are reported as well. */
const SERVER = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createClient } from '@supabase/supabase-js';
const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, PORT, KEPT } = process.env;
const client = (key, headers) => createClient(SUPABASE_URL, key, { auth: { persistSession: false }, global: { headers } });
writeFileSync(KEPT, SUPABASE_SECRET_KEY + '\\n');
let asked = 0;
async function encode(id) {
  for (const done of [200, 400]) {
    await client(SUPABASE_SECRET_KEY).from('encodings').update({ done }).eq('id', id);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
createServer(async (request, response) => {
  const [, id] = request.url.split('/');
  if (request.method === 'POST') return void encode(id), response.writeHead(202).end('{}');
  if (!id) return response.writeHead(404).end();
  const { authorization = '' } = request.headers;
  if (authorization) appendFileSync(KEPT, authorization.replace('Bearer ', '') + '\\n');
  const wrong = ++asked % 3 === 0 ? { authorization: 'Bearer of.no.token' } : { authorization };
  const { data, error } = await client(SUPABASE_PUBLISHABLE_KEY, wrong).from('encodings').select('done').eq('id', id).single();
  response.writeHead(error ? 500 : 200).end(JSON.stringify(error ?? data));
}).listen(PORT, '127.0.0.1');
`;

const SUBJECT = `
import { command, defineSubject } from '${join(root, 'harness/index.ts')}';
export const subject = defineSubject({
  app: command([process.execPath, 'server.mjs'], { cwd: import.meta.dirname, variables: () => ({ KEPT: import.meta.dirname + '/kept' }) }),
  database: { table: 'encodings', key: 'id', keyOf: 'bigint', progress: { column: 'done', max: 400 } },
  routes: { status: '/:id', start: '/:id' },
  session: { userId: '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10' },
});
`;

const PLAN = {
  plan: 1,
  scenario: 'keys',
  seed: 1,
  topology: { replicas: 1 },
  generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 0 }] }],
  observers: [{ session: 'tab-1', story: 'story-1', every_ms: 40 }],
  faults: [],
  properties: ['monotonic-view', 'integrity'],
};

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the keys of a run', () => {
  const commandLines = new Set<string>();
  let printed = '';
  let status: number | null;
  let keys: string[];

  beforeAll(async () => {
    mkdirSync(join(folder, 'supabase/migrations'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/@supabase'), join(folder, 'node_modules/@supabase'));
    const sql = 'create table public.encodings (id bigint primary key, done integer not null default 0);';
    writeFileSync(join(folder, 'supabase/migrations/1.sql'), sql);
    writeFileSync(join(folder, 'server.mjs'), SERVER);
    writeFileSync(join(folder, 's.ts'), SUBJECT);
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(PLAN));
    const reporters = ['text', 'json=out/run.json', 'junit=out/run.xml', 'svg=out/run.svg'];
    const args = ['replay', 'plan.json', '--subject', './s.ts', '--backend', 'embedded', '--verbose'];
    const all = [program, ...args, ...reporters.flatMap((name) => ['--reporter', name])];
    const child = spawn(process.execPath, all, { cwd: folder });
    const ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    while (child.exitCode === null && child.signalCode === null) {
      for (const line of spawnSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' }).stdout.split('\n'))
        commandLines.add(line);
      await sleep(20);
    }
    [status] = (await ended) as [number | null];
    keys = [...new Set(readFileSync(join(folder, 'kept'), 'utf8').trim().split('\n'))];
  }, 120_000);

  it('and the tokens of its user reach the application', () => {
    expect(keys[0]).toMatch(/^sb_secret_/);
    expect(keys[1]).toMatch(/^eyJ/);
    expect(status, printed).toBe(0);
    // Errors of the application are recorded, which may quote anything.
    const history = readFileSync(join(folder, 'reports/latest/history.ndjson'), 'utf8');
    expect(history).toMatch(/"error":"HTTP 500/);
  });

  it('are in the arguments of no process', () => {
    expect([...commandLines].filter((line) => line.includes('postgres'))).not.toEqual([]);
    expect([...commandLines].filter((line) => line.includes('server.mjs'))).not.toEqual([]);
    for (const key of keys) expect([...commandLines].filter((line) => line.includes(key))).toEqual([]);
  });

  it('are neither printed nor in a report, a plan, a history or a verdict', () => {
    const written = ['out', 'reports'].flatMap((name) =>
      readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    const names = written.map((path) => path.split('/').at(-1));
    const expected = ['run.json', 'run.xml', 'run.svg', 'plan.json', 'history.ndjson', 'verdict.json'];
    expect(names).toEqual(expect.arrayContaining(expected));
    for (const key of keys) {
      expect(printed).not.toContain(key);
      expect(written.filter((path) => readFileSync(path, 'utf8').includes(key))).toEqual([]);
    }
  });
});
