import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { startStories } from './embedded-stories.case.ts';
import { template } from './template.ts';

let cache: string;
const before = process.env['RATCHET_CACHE_DIR'];

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'cache-'));
  await chmod(cache, 0o755);
  process.env['RATCHET_CACHE_DIR'] = cache;
});

afterEach(async () => {
  if (before === undefined) delete process.env['RATCHET_CACHE_DIR'];
  else process.env['RATCHET_CACHE_DIR'] = before;
  await rm(cache, { recursive: true });
});

it('the template is created once, even by concurrent starts', async () => {
  const account = await serverAccount();
  const binaries = await findBinaries(account);
  const messages: string[] = [];
  const options = { account, binaries, onProgress: (message: string) => messages.push(message) };
  const [first, second] = await Promise.all([template(options), template(options)]);
  expect(second).toBe(first);
  expect(await template(options)).toBe(first);
  expect(messages.length).toBe(2);
  expect((await readdir(cache)).sort()).toEqual([expect.stringMatching(/^extensions-/), basename(first)]);
});

it('a cache that other users can write to is refused', async () => {
  await chmod(cache, 0o777);
  await expect(startStories(0)).rejects.toMatchObject({ code: 'embedded-cache-directory' });
});

it('an aborted creation leaves no files, and the next start creates the template', async () => {
  const controller = new AbortController();
  const progress = (): void => void setTimeout(() => controller.abort(), 100);
  const aborted = startStories(0, { signal: controller.signal, onProgress: progress });
  await expect(aborted).rejects.toThrow(/abort/i);
  expect(await readdir(cache)).toEqual([]);
  const { cluster } = await startStories(0);
  expect(await cluster.query('select 1 as one')).toEqual([{ one: 1 }]);
  await cluster.close();
});
