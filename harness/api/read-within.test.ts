import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { worstFirst } from '../checker/verdict.ts';
import { HistoryColumns } from '../history/columns.ts';
import { check } from '../index.ts';
import { firstOf, itemAt } from '../required.ts';
import { isSeekable, readBytes } from './input.ts';
import { readWithin } from './read-within.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-within-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Shows of 50 keys, each of which falls once. */
function falls(header: object = {}): string {
  const events = Array.from({ length: 500 }, (_, index) => ({
    index,
    time: index,
    process: `tab-${index % 50}`,
    type: 'ok',
    f: 'show',
    key: `story-${index % 50}`,
    value: { progress: index < 250 ? Math.floor(index / 5) : Math.floor(index / 10) },
  }));
  return [{ history: 1, ...header }, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, memoryBytes: number) {
  return readWithin({ name: path, bytes: readBytes(path) }, isSeekable(path) ? path : undefined, memoryBytes);
}

const large = file('large.ndjson', falls());

test('a history that fits is read into memory, a larger one in parts', async () => {
  expect(await read(large, 1024 * 1024)).toBeInstanceOf(HistoryColumns);
  const input = await read(large, 8 * 1024);
  if (input instanceof HistoryColumns) throw new Error('it is in memory');
  expect(input.parted.length).toBe(500);
  expect([...input.parted.parts()].length).toBeGreaterThan(10);
  input.close();
});

test('a history with a plan is read into memory', async () => {
  expect(await read(file('run.ndjson', falls({ plan: { plan: 1 } })), 8 * 1024)).toBeInstanceOf(HistoryColumns);
});

test('a history in parts is reported with the indices of the whole', async () => {
  const told = async (memoryBytes: number): Promise<unknown> =>
    (await check([large], { memoryBytes })).histories[0]?.record;
  expect(await told(8 * 1024)).toEqual(await told(1024 * 1024));
});

test('what the verdicts of a history in parts refer to can be read when its files are gone', async () => {
  const { histories } = await check([large], { memoryBytes: 8 * 1024, properties: ['monotonic-view'] });
  const { verdicts, history, events } = firstOf(histories);
  const [worst] = worstFirst(firstOf(verdicts));
  expect(events).toBe(500);
  expect(worst?.events.map((at) => itemAt(history.events, at).value)).toEqual([{ progress: 49 }, { progress: 29 }]);
});

test('nothing has a name in the folder of temporary files, even while the parts are open', async () => {
  vi.stubEnv('TMPDIR', folder);
  const before = readdirSync(folder);
  const input = await read(large, 8 * 1024);
  if (input instanceof HistoryColumns) throw new Error('it is in memory');
  expect(readdirSync(folder)).toEqual(before);
  expect([...input.parted.parts()].length).toBeGreaterThan(10);
  input.close();
});

test('a bad line is refused by its number, as in memory', async () => {
  const bad = file('bad.ndjson', `${falls()}{}\n`);
  await expect(read(bad, 8 * 1024)).rejects.toThrow(`${bad}:502: `);
});
