import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisOwner } from './owner.ts';
import { lockState } from './canary-lock.ts';

describe('the lock of a file of state', () => {
  let folder: string;
  let file: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'canary-lock-'));
    file = join(folder, 'state.json');
    lock = `${file}.lock`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const leave = (owner: object, ageMs: number): void => {
    writeFileSync(lock, JSON.stringify({ ...thisOwner(), ...owner }));
    const at = new Date(Date.now() - ageMs);
    utimesSync(lock, at, at);
  };

  it('refuses a second canary with the process of the first', () => {
    const first = lockState(file);
    expect(() => lockState(file)).toThrow(
      expect.objectContaining({
        code: 'canary-state-in-use',
        exitCode: 64,
        message: `${file} is in use by another canary, process ${process.pid}`,
        hint: 'end that one, or name another file with --state FILE',
      }),
    );
    first.release();
    lockState(file).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over the lock of a process that has ended, also if its id is in use again', () => {
    leave({ started: 'another time' }, 0);
    const taken = lockState(file);
    taken.refresh();
    expect(() => lockState(file)).toThrow('in use');
    expect(readdirSync(folder)).toEqual(['state.json.lock']);
  });

  it('takes over the lock of another host only if it was not refreshed for a minute', () => {
    leave({ where: 'another host' }, 50_000);
    expect(() => lockState(file)).toThrow(`process ${process.pid} of another host or container`);
    leave({ where: 'another host' }, 70_000);
    lockState(file).refresh();
  });

  it('takes a lock without content for one that is being written, for a minute', () => {
    writeFileSync(lock, '');
    expect(() => lockState(file)).toThrow(`${file} is in use by another canary`);
    const at = new Date(Date.now() - 70_000);
    utimesSync(lock, at, at);
    lockState(file).refresh();
  });

  it('is refreshed by its time', () => {
    const own = lockState(file);
    const before = new Date(Date.now() - 50_000);
    utimesSync(lock, before, before);
    own.refresh();
    expect(statSync(lock).mtimeMs).toBeGreaterThan(before.getTime() + 40_000);
  });

  it('tells a canary whose lock was taken over, and leaves the lock to the other', () => {
    const own = lockState(file);
    leave({ pid: 1, where: 'another host' }, 0);
    expect(() => own.refresh()).toThrow(`${file} was taken over by another canary`);
    own.release();
    expect(existsSync(lock)).toBe(true);
  });

  it('says where nothing can be written', () => {
    const missing = join(folder, 'none', 'state.json');
    expect(() => lockState(missing)).toThrow(
      expect.objectContaining({
        code: 'canary-state-unwritable',
        message: expect.stringContaining(`${missing}: cannot be written`),
      }),
    );
  });
});
