import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { asInstance } from '../async-context.ts';
import { installInstanceDates } from './app-dates.ts';
import { environmentWith, installInstanceEnvironments } from './environment.ts';
import { modulesSubject } from './modules.ts';
import type { SubjectEnvironment } from '../port/subject.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-app-'));
writeFileSync(join(folder, 'app.ts'), 'export const atLoading = process.env.SUPABASE_URL;');

afterAll(() => rmSync(folder, { recursive: true }));

function environment(host: string): SubjectEnvironment {
  return { supabaseUrl: `http://${host}.test`, publishableKey: 'public', secretKey: 'secret' };
}

const subject = modulesSubject({
  name: 'probe',
  description: '',
  root: pathToFileURL(folder),
  tracked: { table: 'stories', key: 'id', progress: 'progress' },
  migrations: [],
  storyRow: () => ({}),
  frontEnd: { query: () => ({}), display: 'as-arrived' },
  readStatus: () => undefined,
  variables: ({ secretKey }) => ({ EXTRA: `${secretKey}!` }),
  async open(load) {
    const { atLoading } = await load<{ atLoading: string }>('app.ts');
    return {
      async status() {
        await new Promise((resolve) => setImmediate(resolve));
        const { NEXT_PUBLIC_SUPABASE_URL: later, EXTRA: extra, PATH: path } = process.env;
        return Response.json({ atLoading, later, extra, path, date: Date.now() });
      },
      generate: async () => {},
    };
  },
});

test('instances that run at the same time each see their own environment, also later', async () => {
  const instances = await Promise.all(['one', 'two'].map((host) => subject.createInstance(environment(host))));
  const answers = instances.map((instance) => instance.status(new Request('http://app.test'), 'story-1'));
  const bodies = await Promise.all(answers.map(async (answer) => (await answer).json()));
  const { PATH: path } = process.env;
  expect(bodies).toMatchObject([
    { atLoading: 'http://one.test', later: 'http://one.test', extra: 'secret!', path },
    { atLoading: 'http://two.test', later: 'http://two.test', extra: 'secret!', path },
  ]);
  expect(process.env).not.toHaveProperty('EXTRA');
});

test('each instance sees the date of its own clock, and all see the same date without instance dates', async () => {
  const clocks = [{ offsetMs: 0 }, { offsetMs: 86_400_000 }];
  const instances = await Promise.all(clocks.map((clock) => subject.createInstance({ ...environment('one'), clock })));
  const dates = async (): Promise<number[]> =>
    Promise.all(
      instances.map(async (instance) => {
        const answer = await instance.status(new Request('http://app.test'), 'story-1');
        return ((await answer.json()) as { date: number }).date;
      }),
    );
  const { Date: before } = globalThis;
  const restore = installInstanceDates();
  const [right, ahead] = await dates();
  const { Date: instanceDate } = globalThis;
  restore();
  expect(Math.round((ahead! - right!) / 3_600_000)).toBe(24);
  expect(new before()).toBeInstanceOf(instanceDate);
  const [one, other] = await dates();
  expect(Math.round((other! - one!) / 3_600_000)).toBe(0);
});

test('an instance without anything to close can be closed', async () => {
  const instance = await subject.createInstance(environment('one'));
  await expect(instance.close?.()).resolves.toBeUndefined();
});

test('process.env outside of an instance can be replaced', () => {
  installInstanceEnvironments();
  const before = process.env;
  asInstance({ environment: { A: 'inside' } }, () => expect(process.env).toEqual({ A: 'inside' }));
  process.env = { A: 'outside' };
  expect(process.env.A).toBe('outside');
  process.env = before;
});

test('the environment of an instance extends that of the process, and can be changed without changing it', () => {
  const { PATH } = process.env;
  const env = environmentWith({ A: 'inside' });
  expect([env['A'], env['PATH'], env['NOT_THERE']]).toEqual(['inside', PATH, undefined]);
  expect('PATH' in env).toBe(true);
  expect({ ...env }).toEqual({ ...process.env, A: 'inside' });
  env['B'] = 'new';
  delete env['PATH'];
  expect([env['B'], env['PATH'], Object.keys(env).includes('PATH')]).toEqual(['new', undefined, false]);
  expect([process.env['A'], process.env['B'], process.env['PATH']]).toEqual([undefined, undefined, PATH]);
});

test.each(['set', 'deleted'])('a variable of an environment can be %s before any other is read', (how) => {
  const { PATH } = process.env;
  const env = environmentWith({ A: 'inside' });
  if (how === 'set') env['PATH'] = 'other';
  else delete env['PATH'];
  expect(env['PATH']).toBe(how === 'set' ? 'other' : undefined);
  expect([env['A'], process.env['PATH']]).toEqual(['inside', PATH]);
});
