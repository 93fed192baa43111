import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onBehalfOf } from '../async-context.ts';
import { takeAttribution } from '../gateway/attribution-headers.ts';
import { attributingEnvironment, headersForServer } from '../subject/attribution.ts';

/** A server that asks its Supabase and another host in several ways, one of them after its answer. */
const APPLICATION = `
  const { createServer, request } = require('node:http');
  const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const byRequest = (url) => new Promise((resolve, reject) => {
    request(url, (response) => response.resume().on('end', resolve)).on('error', reject).end();
  });
  createServer(async (incoming, outgoing) => {
    const { SUPABASE, OTHER } = process.env;
    await later(5);
    await fetch(SUPABASE + '/fetch', { headers: { apikey: 'key' } });
    await byRequest(SUPABASE + '/http');
    await fetch(OTHER + '/other');
    outgoing.writeHead(202).end();
    await later(20);
    await fetch(new Request(SUPABASE + '/after', { method: 'POST', body: '{}' }));
  }).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)); });
`;

/** A server in a worker thread, which has another thread do a part of its work. */
const THREADS = `
  const { parentPort, Worker, workerData } = require('node:worker_threads');
  const start = (role) => new Worker(__filename, { workerData: role });
  if (workerData === 'helper') {
    parentPort.on('message', () => fetch(process.env.SUPABASE + '/helper').then(() => parentPort.postMessage('done')));
  } else if (workerData === 'server') {
    const helper = start('helper');
    require('node:http').createServer(async (incoming, outgoing) => {
      await fetch(process.env.SUPABASE + '/thread');
      helper.once('message', () => outgoing.end());
      helper.postMessage('go');
    }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
  } else start('server').on('message', (port) => process.stdout.write(String(port)));
`;

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
}

const folder = mkdtempSync(join(tmpdir(), 'register-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const received: Received[] = [];
const open: (Server | ChildProcess)[] = [];
let supabase: string;
let other: string;

beforeEach(async () => {
  received.length = 0;
  supabase = await listen();
  other = await listen();
});

afterEach(() => {
  for (const resource of open.splice(0)) {
    if ('close' in resource) resource.close();
    else resource.kill('SIGKILL');
  }
});

async function listen(): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    received.push({ path: String(incoming.url), headers: incoming.headers });
    outgoing.setHeader('connection', 'close').end();
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startApplication(program = ['-e', APPLICATION]): Promise<string> {
  const env = attributingEnvironment({ ...process.env, SUPABASE: supabase, OTHER: other }, supabase);
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  open.push(child);
  const [port] = await once(child.stdout, 'data');
  return `http://127.0.0.1:${String(port)}`;
}

function askAs(actor: string, url: string): Promise<Response> {
  const operation = { actor, operation: `${actor}#1`, gatewayUrl: supabase };
  return onBehalfOf(operation, () => fetch(url, { headers: headersForServer() }));
}

function untilReceived(path: string, count: number): Promise<unknown> {
  return vi.waitUntil(() => received.filter((request) => request.path === path).length >= count, 10_000);
}

function actorsOf(path: string): (string | undefined)[] {
  return received
    .filter((request) => request.path === path)
    .map(({ headers }) => takeAttribution(new Headers(headers as Record<string, string>)).actor)
    .toSorted();
}

test('requests to Supabase name the actor whose request the server handles, also after its answer', async () => {
  const url = await startApplication();
  await Promise.all([askAs('tab-1', url), askAs('worker-1', url)]);
  await untilReceived('/after', 2);
  for (const path of ['/fetch', '/http', '/after']) expect(actorsOf(path)).toEqual(['tab-1', 'worker-1']);
  expect(received.find(({ path }) => path === '/fetch')?.headers['apikey']).toBe('key');
});

test('requests to other hosts, and those that serve nobody, are not changed', async () => {
  const url = await startApplication();
  await askAs('tab-1', url);
  expect(received.find(({ path }) => path === '/other')?.headers).not.toHaveProperty('x-ratchet-actor');
  await untilReceived('/after', 1);
  received.length = 0;
  await fetch(url);
  await untilReceived('/after', 1);
  expect(actorsOf('/fetch')).toEqual([undefined]);
});

test('a server in a worker thread is attributed; what another thread does for it is not', async () => {
  const file = join(folder, 'threads.cjs');
  writeFileSync(file, THREADS);
  const url = await startApplication([file]);
  await askAs('tab-1', url);
  expect([actorsOf('/thread'), actorsOf('/helper')]).toEqual([['tab-1'], [undefined]]);
});

test('options of Node that the environment already has are kept', () => {
  const { NODE_OPTIONS: options } = attributingEnvironment({ NODE_OPTIONS: '--no-warnings' }, supabase);
  expect(options).toMatch(/^--no-warnings --import file:.*register\.ts$/);
});
