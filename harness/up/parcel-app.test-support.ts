/** A server with a table of its own, for runs on an environment: a plain Node application, which does not know Ratchet. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = `
import { createServer } from 'node:http';
import { createClient } from '@supabase/supabase-js';
const { SUPABASE_URL, SUPABASE_SECRET_KEY, STEP_MS } = process.env;
const supabase = createClient(SUPABASE_URL, SUPABASE_SECRET_KEY, { auth: { persistSession: false } });
async function pack(code) {
  for (const packed of [100, 400, 850, 1000]) {
    await new Promise((resolve) => setTimeout(resolve, Number(STEP_MS)));
    const phase = packed === 1000 ? 'sent' : 'packing';
    const { error } = await supabase.from('parcels').update({ packed, phase }).eq('code', code);
    if (error) console.error(error.message);
  }
}
createServer(async (request, response) => {
  const [, , code] = request.url.split('/');
  if (request.method === 'POST') {
    void pack(code);
    return response.writeHead(202).end('{}');
  }
  const { data, error } = await supabase.from('parcels').select('packed, phase').eq('code', code).maybeSingle();
  response.writeHead(error ? 500 : data ? 200 : 404).end(JSON.stringify(data ?? error));
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

const MIGRATION = `
create table public.depots (name text primary key);
create table public.parcels (
  code text primary key, depot text not null references public.depots, packed integer not null default 0, phase text
);
alter publication supabase_realtime add table public.parcels;
create table public.crates (code text primary key, packed integer not null default 0);
`;

const SUBJECT = `
import { defineSubject, url } from 'ratchet';
export const subject = defineSubject({
  name: 'parcels',
  app: url(process.env.PARCEL_URL ?? 'http://127.0.0.1:9'),
  database: {
    migrations: import.meta.dirname + '/supabase/migrations',
    seed: () => ({ depots: [{ name: 'north' }] }),
    table: process.env.PARCEL_TABLE ?? 'parcels',
    key: 'code',
    row: process.env.PARCEL_TABLE ? {} : { depot: 'north' },
    progress: { column: 'packed', max: 1000 },
    ...(process.env.PARCEL_TABLE ? {} : { status: { column: 'phase', completed: 'sent' } }),
  },
  routes: { status: '/parcels/:code', start: '/parcels/:code' },
});
`;

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The files of the application, and the servers that were started from them. */
export class ParcelApp {
  readonly folder = mkdtempSync(join(tmpdir(), 'parcels-'));
  readonly subject = join(this.folder, 'subject.ts');
  readonly #servers: ChildProcess[] = [];

  constructor() {
    this.#write('server.mjs', SERVER);
    this.#write('subject.ts', SUBJECT);
    this.#write('supabase/migrations/1.sql', MIGRATION);
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(fileOf('../../node_modules/@supabase'), join(this.folder, 'node_modules/@supabase'));
    symlinkSync(fileOf('../..'), join(this.folder, 'node_modules/ratchet'));
  }

  /** Starts it for a Supabase, as its user would; resolves to its URL. */
  async start({ url, key, stepMs = 400 }: { url: string; key: string; stepMs?: number }): Promise<string> {
    const env = {
      ...process.env,
      SUPABASE_URL: url,
      SUPABASE_SECRET_KEY: key,
      STEP_MS: String(stepMs),
      NODE_OPTIONS: `--import ${new URL('../register/register.ts', import.meta.url).href}`,
      RATCHET_SUPABASE_URL: url,
    };
    const server = spawn(process.execPath, ['server.mjs'], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#servers.push(server);
    const [port] = await once(server.stdout, 'data');
    return `http://127.0.0.1:${String(port).trim()}`;
  }

  stop(): void {
    for (const server of this.#servers.splice(0)) server.kill('SIGKILL');
  }

  close(): void {
    this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}
