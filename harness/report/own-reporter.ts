/** Loads a custom reporter from a file. */
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { importUserModule } from '../loader/user-modules.ts';
import type { CreateReporter } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';

export function looksLikePath(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

/**
 * @param path relative to the working directory
 * @throws UsageError if the file is missing, cannot be loaded, or exports no function as `reporter` or by default
 */
export async function loadOwnReporter(path: string): Promise<CreateReporter> {
  const module = await importUserModule(resolve(path));
  const create = module['reporter'] ?? module['default'];
  if (typeof create === 'function') return create as CreateReporter;
  const what = create === undefined ? 'exports no `reporter`' : 'its `reporter` is not a function';
  throw new UsageError('module-broken', `${shortPath(resolve(path))}: ${what}`, 'docs/REPORTERS.md has an example');
}
