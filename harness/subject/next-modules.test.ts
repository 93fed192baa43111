import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { onBehalfOf } from '../async-context.ts';
import type { AppInstance } from '../port/subject.ts';
import { modulesSubject } from './modules.ts';

const folders: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const NEXT = {
  'node_modules/next/package.json': '{ "name": "next", "main": "index.js" }',
  'node_modules/next/server.js':
    'exports.NextResponse = Response; exports.after = () => { throw new Error("not in a server"); };',
};

/** An instance of an application whose route and service are these. */
async function open(files: Record<string, string>): Promise<AppInstance> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-next-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const subject = modulesSubject({
    name: 'next',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'jobs', key: 'id', progress: 'progress' },
    migrations: [],
    readStatus: () => undefined,
    open: async (load) => ({
      generate: async () => undefined,
      ...(await load<Partial<AppInstance> & Pick<AppInstance, 'status'>>('app.ts')),
    }),
  });
  return subject.createInstance({ supabaseUrl: 'http://supabase.test', publishableKey: 'p', secretKey: 's' });
}

async function ask(instance: AppInstance, headers: Record<string, string> = {}): Promise<Response> {
  return instance.status(new Request('http://app.test/api/jobs/7?seen=1', { headers }), '7');
}

test('a route handler reads the cookies and headers of its own request, by await or at once', async () => {
  const instance = await open({
    ...NEXT,
    'app.ts': `
      import { cookies, headers } from 'next/headers';
      export async function status() {
        await new Promise((resolve) => setImmediate(resolve));
        const jar = await cookies();
        const all = [...jar].map(([, { name, value }]) => name + '=' + value);
        return Response.json([all, jar.get('b')?.value, cookies().has('c'), (await headers()).get('x-id'), headers().get('x-id')]);
      }`,
  });
  const [one, other] = await Promise.all([
    ask(instance, { cookie: 'a=1; b=x%20y', 'x-id': 'one' }),
    ask(instance, { cookie: 'c=3', 'x-id': 'other' }),
  ]);
  expect(await one.json()).toEqual([['a=1', 'b=x y'], 'x y', false, 'one', 'one']);
  expect(await other.json()).toEqual([['c=3'], null, true, 'other', 'other']);
});

test('cookies that a handler sets are in its answer', async () => {
  const instance = await open({
    ...NEXT,
    'app.ts': `
      import { cookies } from 'next/headers';
      export async function status() {
        const jar = await cookies();
        jar.set('a', '1 2', { httpOnly: true, sameSite: 'lax', maxAge: 60 });
        jar.set({ name: 'b', value: '2', path: '/x' });
        jar.delete('c');
        return Response.redirect('http://app.test/' + jar.getAll().map(({ name }) => name).join('-'));
      }`,
  });
  const answer = await ask(instance, { cookie: 'c=3' });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('http://app.test/a-b');
  expect(answer.headers.getSetCookie()).toEqual([
    'a=1%202; Path=/; Max-Age=60; HttpOnly; SameSite=lax',
    'b=2; Path=/x',
    'c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  ]);
});

test('a handler gets what NextRequest adds, and work given to after() runs once it has answered', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const instance = await open({
    ...NEXT,
    'app.ts': `
      import { after, connection, NextResponse } from 'next/server';
      export const done = [];
      export async function status(request) {
        await connection();
        after(() => { done.push('function'); after(async () => done.push('nested')); });
        after(Promise.resolve().then(() => done.push('promise')));
        after(() => { throw new Error('no space left'); });
        const { pathname, searchParams } = request.nextUrl.clone();
        return NextResponse.json([pathname, searchParams.get('seen'), request.cookies.get('a').value, done.join()]);
      }
      export const close = () => { throw new Error(done.join()); };`,
  });
  const answer = await ask(instance, { cookie: 'a=1' });
  expect(await answer.json()).toEqual(['/api/jobs/7', '1', '1', '']);
  await expect(instance.close?.()).rejects.toThrow('promise,function,nested');
  expect(warn).toHaveBeenCalledWith('a task of after() failed: Error: no space left');
});

test('a generation has the session of its worker', async () => {
  const instance = await open({
    ...NEXT,
    'app.ts': `
      import { cookies } from 'next/headers.js';
      export const status = async () => new Response();
      export async function generate(job) { job.started(Number((await cookies()).get('user').value)); }`,
  });
  const started = vi.fn<(generation?: number) => void>();
  const job = {
    story: 's',
    steps: [],
    outcome: 'completed' as const,
    started,
    work: async () => undefined,
    ended: async () => undefined,
  };
  const operation = { actor: 'worker-1', operation: 'w', gatewayUrl: '', credentials: { cookie: 'user=7' } };
  await onBehalfOf(operation, () => instance.generate(job));
  expect(started).toHaveBeenCalledExactlyOnceWith(7);
});

test('outside of a request, the functions say so, like those of Next.js', async () => {
  const files = { ...NEXT, 'app.ts': `import { cookies } from 'next/headers';\ncookies();` };
  await expect(open(files)).rejects.toThrow('`cookies` was called outside a request scope');
});

test('an application without Next.js gets its requests unchanged', async () => {
  const instance = await open({
    'app.ts':
      'export const status = async (request) => Response.json(Object.keys(Object.getOwnPropertyDescriptors(request)));',
  });
  expect(await (await ask(instance)).json()).toEqual([]);
});
