/** The directory of a cluster. It records its owner, and a watchdog removes it if this process dies. */
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { cannotSwitch } from './account.ts';
import { writeOwner } from '../../lifetime/owner.ts';
import { removeDirectory, makeClusterDirectory } from './directories.ts';
import type { Watchdog } from '../../lifetime/watchdog.ts';
import { startWatchdog } from '../../lifetime/watchdog.ts';

export interface ServerPaths {
  data: string;
  sockets: string;
  log: string;
}

export class ClusterDirectory {
  readonly path: string;
  readonly watchdog: Watchdog;
  readonly account: Account;

  private constructor(path: string, account: Account) {
    this.path = path;
    this.account = account;
    this.watchdog = startWatchdog(path);
  }

  static async create(account: Account): Promise<ClusterDirectory> {
    const path = await makeClusterDirectory(account);
    const directory = new ClusterDirectory(path, account);
    try {
      await writeOwner(path);
      if (account.switchTo) await chown(path, account.uid, account.gid);
      return directory;
    } catch (error) {
      await directory.remove();
      throw (error as NodeJS.ErrnoException).syscall === 'chown' ? cannotSwitch(account, error) : error;
    }
  }

  /** The paths of the server with that name. Creates its socket directory. */
  async pathsOf(name: string): Promise<ServerPaths> {
    return { data: join(this.path, name), sockets: await this.socketsOf(name), log: join(this.path, `${name}.log`) };
  }

  async socketsOf(name: string): Promise<string> {
    const path = join(this.path, `${name}.sock`);
    await mkdir(path, { mode: 0o755 });
    if (this.account.switchTo) await chown(path, this.account.uid, this.account.gid);
    return path;
  }

  /** Call only after every server has stopped. */
  async remove(): Promise<void> {
    await removeDirectory(this.path);
    this.watchdog.dismiss();
  }
}
