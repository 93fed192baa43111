import { chmodSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { parsePlan } from '../plan/plan.ts';
import { createRunFolder } from './store.ts';

const plan = parsePlan(
  {
    plan: 1,
    scenario: 'tiny',
    seed: 7,
    generations: [{ worker: 'w', story: 's', steps: [{ progress: 1, after_ms: 0 }] }],
    observers: [],
    properties: ['integrity'],
  },
  'test',
);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ratchet-store-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the folder of a run', () => {
  it('contains plan, history and verdict, and latest points to it', () => {
    const folder = createRunFolder(root, plan, 'legacy');
    folder.sink.write('{"history":1}');
    expect(readFileSync(folder.historyFile, 'utf8')).toBe('{"history":1}\n');
    folder.writeVerdict({ valid: true });
    folder.close();
    expect(folder.path).toMatch(/tiny\/legacy\/\d{8}T\d{6}\.\d{3}Z-7(\.\d+)?$/);
    expect(readdirSync(folder.path).sort()).toEqual(['history.ndjson', 'owner.json', 'plan.json', 'verdict.json']);
    expect(JSON.parse(readFileSync(folder.planFile, 'utf8'))).toEqual(plan);
    expect(realpathSync(join(root, 'latest'))).toBe(realpathSync(folder.path));
  });

  it('is new for every run, also within one millisecond', () => {
    const folders = Array.from({ length: 20 }, () => createRunFolder(root, plan, 'legacy'));
    folders.forEach((folder) => folder.close());
    expect(new Set(folders.map((folder) => folder.path)).size).toBe(20);
    expect(realpathSync(join(root, 'latest'))).toBe(realpathSync(folders.at(-1)!.path));
  });

  it('names the path if it cannot be created', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => createRunFolder(file, plan, 'legacy')).toThrow(UsageError);
    expect(() => createRunFolder(file, plan, 'legacy')).toThrow(file);
  });
});
