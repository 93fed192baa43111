import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Check } from '../preflight/connection-trial.ts';
import { commandSubject } from '../subject/command.ts';
import { loadBackend } from './backend-registry.ts';
import { describeTrial } from './try-subject.case.ts';
import { trySubject } from './try-subject.ts';

describeTrial('embedded');

/** A server of clips, which answers 202 and renders on. Its first argument is its mistake. */
const SERVER = `
const [mistake] = process.argv.slice(2);
const { SUPABASE_URL, SUPABASE_SECRET_KEY, PORT } = process.env;
const headers = { apikey: SUPABASE_SECRET_KEY, 'content-type': 'application/json' };
if (mistake === 'no start') {
  console.error('the port is reserved');
  process.exit(3);
}
const database = mistake === 'other database' ? 'http://127.0.0.1:1' : SUPABASE_URL;
const row = (id) => database + '/rest/v1/clips?id=eq.' + id;
const render = async (id) => {
  for (const [pct, phase] of [[10, 'rendering'], [85, 'rendering'], [100, 'completed']])
    await fetch(row(id), { method: 'PATCH', headers, body: JSON.stringify({ pct, phase }) });
};
require('node:http')
  .createServer(async (request, response) => {
    const [, id, verb] = request.url.match(/^\\/clips\\/([^/]+)(\\/render)?$/) ?? [];
    if (id === undefined) return response.writeHead(404).end();
    if (mistake === 'dies') process.exit(1);
    if (request.method === 'POST') {
      response.writeHead(202).end('{}');
      return void render(id);
    }
    try {
      const [found] = await (await fetch(row(id), { headers })).json();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  })
  .listen(Number(PORT), '127.0.0.1');
`;

describe('a trial of a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-trial-server-'));
  const table = `create table public.clips (id text primary key, pct integer default 0, phase text default 'new');`;
  writeFileSync(join(folder, 'server.cjs'), SERVER);
  writeFileSync(join(folder, '1.sql'), table);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function tryServer(mistake: string, paths: { status?: string; start?: string } = {}): Promise<Check> {
    const { status = 'clips', start = 'render' } = paths;
    const checks = await trySubject({
      subject: commandSubject({
        name: 'clips',
        command: [process.execPath, 'server.cjs', mistake],
        cwd: folder,
        tracked: { table: 'clips', key: 'id', progress: 'pct', status: 'phase' },
        migrations: [join(folder, '1.sql')],
        statusPath: (id) => `/${status}/${id}`,
        generatePath: (id) => `/clips/${id}/${start}`,
        readStatus: (body) => ({ generation: 1, progress: (body as { pct: number }).pct }),
      }),
      backend: await loadBackend('embedded'),
      timeoutMs: 2_000,
      ownsTarget: false,
      onProgress: () => undefined,
      onCheck: () => undefined,
      signal: new AbortController().signal,
    });
    return checks.at(-1)!;
  }

  it('follows a generation that continues after its request was answered', async () => {
    expect(await tryServer('none')).toMatchObject({ ok: true, name: 'end', found: 'end recognised: 100%, completed' });
  });

  it.each([
    ['no start', 'application', 'app', /exit code 3\s+the port is reserved/],
    ['dies', 'route', 'routes.status', /the request failed/],
    ['other database', 'route', 'app', /answered 500: .*sent no request to http:\/\/127/],
  ])('names a server with the mistake: %s', async (mistake, name, field, found) => {
    expect(await tryServer(mistake)).toMatchObject({ ok: false, name, field, found: expect.stringMatching(found) });
  });

  it('names a wrong path of the status route, and one of the route that starts a generation', async () => {
    const wrongStatus = await tryServer('none', { status: 'cilps' });
    const found = expect.stringContaining('GET /cilps/story-1 answered 404, and asked nothing of http://127');
    expect(wrongStatus).toMatchObject({ name: 'route', field: 'routes.status', found });
    const wrongStart = await tryServer('none', { start: 'redner' });
    const gaveUp = 'worker-1 gave up: POST /clips/story-1/redner answered 404';
    expect(wrongStart).toMatchObject({ name: 'movement', field: 'routes.start', found: gaveUp });
  });
});
