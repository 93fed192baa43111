import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Owner } from '../../lifetime/owner.ts';
import { isDead, readOwner, writeOwner } from '../../lifetime/owner.ts';
import { removeDirectory } from './directories.ts';
import { sweep } from './sweep.ts';

const self = { uid: process.getuid!() };
const swept = (roots: readonly string[]): Promise<string[]> => sweep(roots, self);

const FOREIGN_USER = 65_534;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sweep-'));
});

afterEach(() => rm(root, { recursive: true }));

async function cluster(name: string, change: Partial<Owner> = {}): Promise<string> {
  const directory = join(root, name);
  await mkdir(directory);
  await writeOwner(directory);
  const file = join(directory, 'owner.json');
  const owner = JSON.parse(await readFile(file, 'utf8')) as Owner;
  await writeFile(file, JSON.stringify({ ...owner, ...change }));
  return directory;
}

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid!;
}

describe('sweeping', () => {
  it('removes the cluster of a process that has ended', async () => {
    const dead = await cluster('ratchet-dead', { pid: await deadPid() });
    expect(await swept([root])).toEqual([dead]);
    expect(await readdir(root)).toEqual([]);
  });

  it('removes the cluster of a process whose id has been reused', async () => {
    const reused = await cluster('ratchet-reused', { started: 'another time' });
    expect(await swept([root])).toEqual([reused]);
  });

  it('keeps the cluster of a running process', async () => {
    await cluster('ratchet-live');
    expect(await swept([root])).toEqual([]);
  });

  it('passes over what it may not look into, and what is not a directory', async () => {
    const dead = await cluster('ratchet-dead', { pid: await deadPid() });
    await symlink('ratchet-loop', join(root, 'ratchet-loop'));
    await writeFile(join(root, 'ratchet-file'), '');
    expect(await swept([root])).toEqual([dead]);
  });

  it('never treats a process of another host or container as dead', async () => {
    await cluster('ratchet-elsewhere', { pid: await deadPid(), where: 'another host' });
    expect(await swept([root])).toEqual([]);
  });

  it('keeps directories that Ratchet did not create', async () => {
    const pid = await deadPid();
    await cluster('without-prefix', { pid });
    await mkdir(join(root, 'ratchet-without-owner'));
    await mkdir(join(root, 'ratchet-foreign'));
    await writeFile(join(root, 'ratchet-foreign', 'owner.json'), JSON.stringify({ pid }));
    expect(await swept([root])).toEqual([]);
    expect((await readdir(root)).length).toBe(3);
  });

  it('does not follow a link to a directory, or to an owner file', async () => {
    const pid = await deadPid();
    const elsewhere = await cluster('elsewhere', { pid });
    await symlink(elsewhere, join(root, 'ratchet-link'));
    await mkdir(join(root, 'ratchet-forged'));
    await symlink(join(elsewhere, 'owner.json'), join(root, 'ratchet-forged', 'owner.json'));
    expect(await swept([root])).toEqual([]);
    expect((await readdir(root)).length).toBe(3);
  });

  // Only root can make a directory of another user.
  it.runIf(self.uid === 0)('keeps what another user has made', async () => {
    const pid = await deadPid();
    const forged = await cluster('ratchet-forged', { pid });
    await chown(join(forged, 'owner.json'), FOREIGN_USER, FOREIGN_USER);
    const foreign = await cluster('ratchet-foreign', { pid });
    await chown(foreign, FOREIGN_USER, FOREIGN_USER);
    expect(await swept([root])).toEqual([]);
  });

  it.runIf(self.uid === 0)('kills no process of another user', async () => {
    const dead = await cluster('ratchet-dead', { pid: await deadPid() });
    const data = join(dead, 'primary');
    await mkdir(data);
    const bystander = spawn('sh', ['-c', 'sleep 60', data], { uid: FOREIGN_USER });
    await writeFile(join(data, 'postmaster.pid'), `${bystander.pid}\n`);
    await swept([root]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill('SIGKILL');
  });

  it('ignores roots that do not exist', async () => {
    expect(await swept([join(root, 'nowhere')])).toEqual([]);
  });

  it('kills only servers of the cluster, not a process that has reused the id of one', async () => {
    const dead = await cluster('ratchet-dead', { pid: await deadPid() });
    const bystander = spawn('sleep', ['60']);
    await mkdir(join(dead, 'primary'));
    await writeFile(join(dead, 'primary', 'postmaster.pid'), `${bystander.pid}\n`);
    await swept([root]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });
});

describe('removing a cluster', () => {
  const removals = {
    'by this process': removeDirectory,
    'by its watchdog': async (directory: string) => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', WATCHED, directory], {
        cwd: import.meta.dirname,
      });
      await once(child, 'exit');
      await vi.waitUntil(async () => !(await readdir(root)).includes(basename(directory)), { timeout: 30_000 });
    },
  };

  it.each(Object.entries(removals))('%s leaves its owner file until the end', async (_, remove) => {
    const directory = await cluster('ratchet-full');
    for (const name of ['a', 'primary', 'z.log']) await mkdir(join(directory, name, 'base'), { recursive: true });
    const gone: (string | null)[] = [];
    const watcher = watch(directory, (_event, name) => void gone.push(name));
    await remove(directory);
    await vi.waitUntil(() => gone.includes('owner.json'), { timeout: 30_000 });
    watcher.close();
    expect(gone.slice(0, gone.indexOf('owner.json'))).toEqual(expect.arrayContaining(['a', 'primary', 'z.log']));
  });
});

/** A process that dies with a watchdog. */
const WATCHED = `
const { startWatchdog } = await import('../../lifetime/watchdog.ts');
startWatchdog(process.argv[1]);
process.kill(process.pid, 'SIGKILL');
`;

describe('the owner of a cluster', () => {
  it('is this process, and alive', async () => {
    const owner = readOwner(await cluster('ratchet-mine'))!;
    expect(owner.pid).toBe(process.pid);
    expect(isDead(owner)).toBe(false);
  });
});
