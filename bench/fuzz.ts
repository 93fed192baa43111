/**
 * Sends random requests to `ratchet up`, dangerous names and malformed HTTP among them, and prints what they were answered and how
 * the memory of its process develops, resident and in live objects: `npm run bench -- fuzz`, or `node bench/fuzz.ts REQUESTS SEED`.
 * Exit code 1 if the environment ends, answers 5xx or nothing, cannot be controlled afterwards, or has ever more live objects.
 * Linux only.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [requests = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const NAME = `fuzz-${process.pid}`;
const AT_ONCE = 16;
const POINTS = 10;
/** Of live objects, from the second tenth of the requests on. The first fills caches and compiles code. */
const GROWTH_MAX_MB = 4;

interface Environment {
  process: ChildProcess;
  /** Of the inspector of the process. */
  debuggerUrl: string;
  url: URL;
  keys: string[];
}

interface Shot {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

interface Answer {
  status: number;
  body: string;
}

/** xorshift32: the same requests for the same seed. */
let state = seed >>> 0 || 1;
function draw(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}
const oneOf = <T>(items: readonly T[]): T => items[draw(items.length)]!;
const some = (from: readonly string[], most: number): string[] =>
  Array.from({ length: draw(most + 1) }, () => oneOf(from));

const DANGEROUS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
];
const TEXTS = [
  '',
  '0',
  '-1',
  '1e309',
  'null',
  "'",
  '"',
  '\\',
  '%00',
  '%',
  '../..',
  '(',
  ')',
  ',',
  '*',
  '\u202E',
  '💥',
  'a'.repeat(5_000),
];
const COLUMNS = ['id', 'generation_progress', 'generation_status', 'nope', ...DANGEROUS, ...TEXTS];
const OPERATORS = [
  'eq',
  'neq',
  'gt',
  'lt',
  'in',
  'is',
  'like',
  'fts',
  'cs',
  'not.eq',
  'and',
  'or',
  'any',
  ...DANGEROUS,
  '',
];
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const PATHS = [
  'stories',
  'stories',
  'stories',
  'rpc/start_generation',
  'rpc/nope',
  'nope',
  '',
  ...DANGEROUS,
  ...DANGEROUS.map((name) => `rpc/${name}`),
];
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  prefer: [
    'return=representation',
    'count=exact',
    'tx=rollback',
    'resolution=merge-duplicates',
    'handling=strict,x=y',
    ...DANGEROUS,
  ],
  range: ['0-1', '5-2', '-', 'abc', '0-99999999999999999999'],
  accept: ['application/json', 'application/vnd.pgrst.object+json', 'text/csv', '*/*', 'x', 'application/openapi+json'],
  'content-type': ['application/json', 'text/csv', 'application/x-www-form-urlencoded', 'image/png', ';;'],
  'accept-profile': ['public', 'auth', ...DANGEROUS],
  'content-profile': ['public', 'auth', ...DANGEROUS],
  authorization: ['Bearer', 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'Basic eA==', 'Bearer null'],
  'x-ratchet-actor': ['app', ...DANGEROUS],
  baggage: ['ratchet.actor=app', 'ratchet.actor=%', '=,;', ...DANGEROUS.map((name) => `ratchet.actor=${name}`)],
};
const RAW = [
  'GET /rest/v1/stories HTTP/1.1\r\n\r\n',
  'GET /rest/v1/%ff HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /rest/v1/stories HTTP/1.1\r\nHost: a b\r\n\r\n',
  'POST /rest/v1/stories HTTP/1.1\r\nHost: x\r\nContent-Length: 300000000\r\n\r\n{}',
  'POST /rest/v1/stories HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'BREW / HTTP/9.9\r\n\r\n',
  '\u0000\u0001\u0002\r\n\r\n',
];

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const environment = await startUp();
const counts = new Map<string, number>();
const failures: string[] = [];
const heapMb: number[] = [];
let invented = 0;
for (let point = 1; point <= POINTS; point += 1) {
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => shootMany(Math.ceil(requests / POINTS / AT_ONCE))));
  const perSecond = Math.round(requests / POINTS / ((performance.now() - began) / 1_000));
  heapMb.push(await liveMb(environment));
  const memory = `${residentMb(environment.process).toFixed(0)} MB resident, ${heapMb.at(-1)!.toFixed(1)} MB live`;
  console.log(`${Math.round((requests * point) / POINTS)} requests  ${perSecond}/s  ${memory}`);
}
console.log(
  [...counts]
    .sort()
    .map(([status, count]) => `${status}: ${count}`)
    .join('  '),
);
const grownMb = heapMb.at(-1)! - heapMb[1]!;
if (grownMb > GROWTH_MAX_MB)
  failures.push(`live objects have grown by ${grownMb.toFixed(1)} MB since the second tenth`);
await requireControl(environment);
environment.process.kill('SIGINT');
await once(environment.process, 'exit');
for (const failure of failures.slice(0, 20)) console.log(`✗ ${failure}`);
if (failures.length === 0) console.log('✓ it runs, is controlled, and does not grow');
process.exitCode = failures.length === 0 ? 0 : 1;

async function startUp(): Promise<Environment> {
  const args = ['bin/ratchet.js', 'up', '--subject', 'guarded', '--name', NAME, '-o', 'env'];
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', ...args], { stdio: [...stdio] });
  const debuggerUrl = debuggerOf(child);
  process.on('exit', () => child.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  child.on('exit', (code, signal) => {
    if (code !== 130) failures.push(`it ended: ${signal ?? `exit code ${code}`}`);
  });
  const values = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, name, value] = /^(\w+)="(.*)"$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value);
    if (name === 'REPLICA_DB_URLS') break;
  }
  const keys = ['SECRET_KEY', 'PUBLISHABLE_KEY', 'SERVICE_ROLE_KEY'].map((name) => values.get(name) ?? '');
  return { process: child, debuggerUrl: await debuggerUrl, url: new URL(values.get('API_URL')!), keys };
}

/** Passes on what the process prints besides what the inspector does. */
function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stderr! }).on('line', (line) => {
      const url = /^Debugger listening on (ws:\S+)$/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      else if (!/^(Debugger|For help)/.test(line)) console.error(line);
    });
  });
}

async function shootMany(count: number): Promise<void> {
  for (let at = 0; at < count && environment.process.exitCode === null; at += 1) {
    const isRaw = draw(50) === 0;
    const shot = aShot();
    const what = isRaw ? oneOf(RAW) : `${shot.method} ${shot.path} ${JSON.stringify(shot.headers)} ${shot.body ?? ''}`;
    try {
      const { status, body } = isRaw ? await shootRaw(what) : await shoot(shot);
      counts.set(String(status), (counts.get(String(status)) ?? 0) + 1);
      if (status >= 500) failures.push(`${status} ${body} for ${what.slice(0, 300)}`);
    } catch (error) {
      failures.push(`${(error as Error).message} for ${what.slice(0, 300)}`);
    }
  }
}

function aShot(): Shot {
  const method = oneOf(METHODS);
  const path =
    draw(20) === 0 ? `/auth/v1/${oneOf(['user', 'token', 'logout', ...DANGEROUS])}` : `/rest/v1/${oneOf(PATHS)}`;
  const headers: Record<string, string> = {
    apikey: draw(10) === 0 ? oneOf(['', 'x', ...DANGEROUS]) : oneOf(environment.keys),
  };
  for (const name of some(Object.keys(HEADERS), 3)) headers[name] = oneOf(HEADERS[name]!);
  if (draw(10) === 0) headers['x-ratchet-actor'] = `invented-${(invented += 1)}`;
  const body = method === 'GET' || method === 'HEAD' ? undefined : aBody();
  return { method, path: `${path}?${aQuery()}`, headers, body };
}

/** Names and values are encoded once, or not at all if that is valid in a request line. */
function aQuery(): string {
  const parts = some(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'or', ...COLUMNS], 3).map(
    (name) => {
      const value = draw(3) === 0 ? oneOf(TEXTS) : `${oneOf(OPERATORS)}.${oneOf(COLUMNS)}`;
      return draw(4) === 0
        ? `${plain(name)}=${plain(value)}`
        : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    },
  );
  return parts.join('&');
}

function plain(text: string): string {
  return text.replaceAll(/[^!-~]/g, '');
}

function aBody(): string {
  const kind = draw(6);
  if (kind === 0) return oneOf(['', '{', 'null', '[]', '7', '"x"', '[null]', '[[]]', '{"a":'.repeat(200)]);
  const object = `{${some(COLUMNS, 4)
    .map(
      (name) => `${JSON.stringify(name)}:${oneOf(['1', '"x"', 'null', '{"__proto__":{"polluted":1}}', '[]', 'true'])}`,
    )
    .join(',')}}`;
  return kind === 1 ? `[${object},${object}]` : object;
}

function shoot({ method, path, headers, body }: Shot): Promise<Answer> {
  const { hostname, port } = environment.url;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent, timeout: 30_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer within 30 s')));
    sent.end(body);
  });
}

function shootRaw(text: string): Promise<Answer> {
  const { hostname, port } = environment.url;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer within 30 s')));
    socket.on('error', reject).on('close', () => reject(new Error('the connection was closed')));
    socket.once('data', (data: Buffer) => {
      socket.removeAllListeners('close').destroy();
      const body = data.toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(body)?.[1]), body });
    });
  });
}

/** A fault that is begun applies to a request, and a lag can be set and ended. */
async function requireControl({ url, keys }: Environment): Promise<void> {
  const controlled = (...args: string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, ['bin/ratchet.js', ...args, '--up', NAME], {
      encoding: 'utf8',
    });
    if (status !== 0) failures.push(`ratchet ${args.join(' ')}: exit code ${status}: ${stderr}`);
  };
  const ask = (): Promise<number> =>
    fetch(`${url.origin}/rest/v1/stories?limit=1`, { headers: { apikey: keys[0]! } }).then(({ status }) => status);
  controlled('lag', '500ms');
  controlled('fault', 'http-error', '--times', '1');
  const statuses = [await ask(), await ask()];
  if (statuses[0]! < 500 || statuses[1] !== 200)
    failures.push(`a fault of one request was not applied: ${statuses.join(', ')}`);
  controlled('fault', 'clear');
  controlled('lag', 'resume');
}

function residentMb({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

/** What is reachable: memory that has not been collected yet, or not returned to the system, does not count. */
async function liveMb({ debuggerUrl }: Environment): Promise<number> {
  const socket = new WebSocket(debuggerUrl);
  await once(socket, 'open');
  const call = async (id: number, method: string): Promise<{ usedSize?: number }> => {
    socket.send(JSON.stringify({ id, method }));
    const [{ data }] = (await once(socket, 'message')) as [{ data: string }];
    return (JSON.parse(data) as { result: { usedSize?: number } }).result;
  };
  await call(1, 'HeapProfiler.collectGarbage');
  const { usedSize } = await call(2, 'Runtime.getHeapUsage');
  socket.close();
  return usedSize! / 1e6;
}
