import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findK6, K6_FOLDER } from './find-k6.ts';

const project = mkdtempSync(join(tmpdir(), 'ratchet-k6-'));
afterAll(() => rmSync(project, { recursive: true }));

function programIn(folder: string, mode = 0o755): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'k6');
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

describe('k6', () => {
  it('is missing with what to do, exit code 2', () => {
    expect(() => findK6(project, { PATH: project })).toThrow(
      expect.objectContaining({
        code: 'k6-missing',
        exitCode: 2,
        hint: expect.stringContaining('RATCHET_K6') as string,
      }),
    );
  });

  it('is found where npm run k6:install has put it, before that on the PATH, and first by RATCHET_K6', () => {
    const installed = programIn(join(project, K6_FOLDER));
    expect(findK6(project, { PATH: '' })).toBe(installed);
    const onPath = programIn(join(project, 'bin'));
    expect(findK6(project, { PATH: join(project, 'bin') })).toBe(onPath);
    const named = programIn(join(project, 'named'));
    expect(findK6(project, { PATH: join(project, 'bin'), RATCHET_K6: named })).toBe(named);
  });

  it('must be a program where RATCHET_K6 says, exit code 64', () => {
    const file = programIn(join(project, 'plain'), 0o644);
    const other = join(project, 'nothing');
    expect(() => findK6(project, { RATCHET_K6: other })).toThrow(expect.objectContaining({ exitCode: 64 }));
    // Root may run no file either that has no permission to run.
    expect(() => findK6(project, { RATCHET_K6: file })).toThrow(expect.objectContaining({ exitCode: 64 }));
  });
});
