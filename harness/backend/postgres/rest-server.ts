/**
 * `@supabase/lite` as a server that replaces PostgREST, with the same PGRST_ variables, tokens and paths, and a reload
 * of the schema on SIGUSR1. It runs in the stand-in for PostgREST's image.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { readToken } from '../../gateway/access-token.ts';
import type { Address } from './address.ts';
import { makeKeys } from './api-keys.ts';
import { loadLite } from './rest-lite.ts';

const PORT = Number(process.env['PGRST_SERVER_PORT'] ?? 3000);
const BODILESS = new Set(['GET', 'HEAD']);

const keys = { ...makeKeys(), jwtSecret: required('PGRST_JWT_SECRET') };
const lite = await loadLite();
const node = lite.attach({ name: 'container', address: addressOf(required('PGRST_DB_URI')), keys, watch, onFailure });
let isReady = false;
process.on('SIGUSR1', () => void node.schemaChanged());
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

createServer((incoming, outgoing) => {
  answer(incoming)
    .catch((error: Error) => Response.json({ code: 'PGRST000', message: error.message }, { status: 503 }))
    .then(async (response) => {
      const headers = [...response.headers].filter(([name]) => !['content-length', 'connection'].includes(name));
      outgoing.writeHead(response.status, headers.flat());
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    })
    .catch(() => outgoing.destroy());
}).listen(PORT);
await warmUp();

async function warmUp(): Promise<void> {
  for (;;) {
    try {
      await node.warmUp();
      isReady = true;
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function answer(incoming: IncomingMessage): Promise<Response> {
  const role = roleOfToken(incoming.headers.authorization);
  if (role === undefined) return Response.json({ code: 'PGRST301', message: 'JWT invalid' }, { status: 401 });
  if (!isReady) return Response.json({ code: 'PGRST002', message: 'Could not query the schema' }, { status: 503 });
  if (incoming.url === '/') return new Response(null, { status: 200 });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const key = role === 'service_role' ? keys.secret : keys.publishable;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.set('apikey', key);
  // The claims of a user's token hold in the database.
  if (role === 'anon' || role === 'service_role') headers.set('authorization', `Bearer ${key}`);
  const method = incoming.method ?? 'GET';
  const body = BODILESS.has(method) || chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
  return node.fetch(new Request(`http://localhost/rest/v1${incoming.url}`, { method, headers, ...body }));
}

/** The role of a token, `anon` without one; `undefined` if the token is not valid. */
function roleOfToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return 'anon';
  const read = readToken(authorization.replace(/^Bearer\s+/i, ''), keys.jwtSecret, Date.now());
  return read.problem === undefined ? String(read.claims['role'] ?? 'anon') : undefined;
}

/**
 * Connects as the superuser, which has the same password in a stand-in: the library sees only the part of the schema
 * that its user may access, whereas PostgREST reads the catalogs. Every request switches to its own role, as in
 * PostgREST.
 */
function addressOf(uri: string): Address {
  const { hostname, port, password } = new URL(uri);
  return {
    at: { host: hostname, port: Number(port || 5432) },
    user: 'supabase_admin',
    password: decodeURIComponent(password),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

function watch(): void {}

function onFailure(reason: Error): void {
  console.error(reason.message);
  process.exit(1);
}
