import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'folders-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('creates missing folders, and accepts existing ones', () => {
  makeFolder(join(root, 'a/b/c'));
  makeFolder(join(root, 'a/b/d'));
  expect(['a/b/c', 'a/b/d'].map((path) => existsSync(join(root, path)))).toEqual([true, true]);
});

it('throws if a folder cannot be created', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file/a/b'))).toThrow('ENOTDIR');
  expect(() => makeFolder('/proc/ratchet/a')).toThrow();
});
