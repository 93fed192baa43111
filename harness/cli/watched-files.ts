/** Tells which files of a project change. */
import { readdirSync, statSync, watch, type Dirent, type FSWatcher } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { EnvironmentError } from '../errors.ts';

export interface WatchedFiles {
  close(): void;
}

export interface WatchedFilesOptions {
  root: string;
  /** Folders that are not watched, besides those of packages and those whose name begins with a dot. */
  ignored: readonly string[];
  /** Called with an absolute path, possibly several times for one change. */
  onChange(file: string): void;
}

/** What an application, a scenario or a migration is written in. */
const SOURCE = /(\.([cm]?[jt]sx?|json|sql|toml)|^\.env.*)$/;

/** @throws EnvironmentError if the system has no more watches */
export function watchFiles(options: WatchedFilesOptions): WatchedFiles {
  const files = new FileTree(options);
  files.add(resolve(options.root));
  return files;
}

/** One watch for each folder: a recursive one would include every package. */
class FileTree implements WatchedFiles {
  readonly #ignored: ReadonlySet<string>;
  readonly #onChange: (file: string) => void;
  readonly #watches = new Map<string, FSWatcher>();

  constructor({ ignored, onChange }: WatchedFilesOptions) {
    this.#ignored = new Set(ignored.map((folder) => resolve(folder)));
    this.#onChange = onChange;
  }

  /** @returns the source files in it, which have changed if the folder is new */
  add(folder: string): string[] {
    if (this.#watches.has(folder)) return [];
    this.#watches.set(folder, this.#watch(folder));
    return entriesOf(folder).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return this.#isIgnored(path, entry.name) ? [] : this.add(path);
      return SOURCE.test(entry.name) ? [path] : [];
    });
  }

  close(): void {
    for (const each of this.#watches.values()) each.close();
    this.#watches.clear();
  }

  #watch(folder: string): FSWatcher {
    try {
      const watcher = watch(folder, (event, name) => this.#changed(folder, name ?? '', event));
      // A folder that was removed; its own folder reports the change.
      watcher.on('error', () => this.#remove(folder));
      return watcher;
    } catch (error) {
      this.close();
      const message = `${folder}: cannot be watched: ${(error as Error).message}`;
      const hint = 'on Linux, fs.inotify.max_user_watches limits how many folders can be watched';
      throw new EnvironmentError('watch-failed', message, hint, error);
    }
  }

  #changed(folder: string, name: string, event: string): void {
    const path = join(folder, name);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder && SOURCE.test(name)) this.#onChange(path);
    // It was made or removed, or both: then its watch is that of a folder that no longer exists.
    if (event !== 'rename') return;
    this.#remove(path);
    if (isFolder && !this.#isIgnored(path, name)) for (const file of this.add(path)) this.#onChange(file);
  }

  #isIgnored(path: string, name: string): boolean {
    return name === 'node_modules' || name.startsWith('.') || this.#ignored.has(path);
  }

  #remove(folder: string): void {
    for (const [path, watcher] of this.#watches) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      this.#watches.delete(path);
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
