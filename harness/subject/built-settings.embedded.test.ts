/** Applications whose build has replaced the variables of their Supabase by values, as bundlers do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { command, defineSubject, preflight } from '../index.ts';

const SOURCE = `
import { createServer } from 'node:http';
const url = process.env.NEXT_PUBLIC_SUPABASE_URL;
const headers = { apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' };
const row = (code) => url + '/rest/v1/prints?code=eq.' + code;
createServer(async (request, response) => {
  const code = request.url.split('/')[2];
  if (request.method === 'POST') {
    for (const done of [3, 8]) {
      await fetch(row(code), { method: 'PATCH', headers, body: JSON.stringify({ done }) });
    }
    return response.end('{}');
  }
  try {
    const [found] = await (await fetch(row(code), { headers })).json();
    response.writeHead(found ? 200 : 404).end(JSON.stringify(found));
  } catch (error) {
    response.writeHead(500).end(String(error.cause ?? error));
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const folder = mkdtempSync(join(tmpdir(), 'built-'));
mkdirSync(join(folder, 'supabase/migrations'), { recursive: true });
writeFileSync(
  join(folder, 'supabase/migrations/1.sql'),
  'create table public.prints (code text primary key, done integer not null default 0);',
);
/** Another Supabase: it has the table, but not the rows of a trial. */
const other = createServer((_, response) => response.end('[]')).listen(0, '127.0.0.1');
await new Promise((resolve) => other.once('listening', resolve));
const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
afterAll(() => {
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

async function lastCheck(builtWith: string | undefined): Promise<unknown> {
  const define: Record<string, string> =
    builtWith === undefined ? {} : { 'process.env.NEXT_PUBLIC_SUPABASE_URL': JSON.stringify(builtWith) };
  buildSync({ stdin: { contents: SOURCE }, define, format: 'esm', outfile: join(folder, 'server.mjs') });
  const { checks } = await preflight({
    subject: defineSubject({
      app: command([process.execPath, 'server.mjs'], { cwd: folder }),
      database: { table: 'prints', key: 'code', progress: { column: 'done', max: 8 } },
      routes: { status: '/prints/:code', start: '/prints/:code' },
    }),
  });
  return checks.at(-1);
}

it('an application that reads its URL when it starts is connected', async () => {
  expect(await lastCheck(undefined)).toMatchObject({ ok: true, name: 'end' });
});

it.each([
  ['that nobody answers at', 'http://127.0.0.1:1', 'app', 'answered 500: Error: bad port, and sent no request'],
  ['of another Supabase', otherUrl, 'routes.status', 'answered 404, and asked nothing of http://127.0.0.1:'],
])('an application that was built with a URL %s is told so', async (_, url, field, found) => {
  expect(await lastCheck(url)).toMatchObject({
    ok: false,
    name: 'route',
    field,
    found: expect.stringContaining(found),
    remedy: expect.stringContaining(
      'the application uses another database: let it read SUPABASE_URL or NEXT_PUBLIC_SUPABASE_URL when it starts, not when it is built',
    ),
  });
});
