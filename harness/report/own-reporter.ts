/** Loads a custom reporter from a file. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors.ts';
import type { CreateReporter } from '../port/reporter.ts';

export function looksLikePath(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

/**
 * @param path relative to the working directory
 * @throws UsageError if the file is missing, cannot be loaded, or exports no function as `reporter` or by default
 */
export async function loadOwnReporter(path: string): Promise<CreateReporter> {
  if (!existsSync(path)) throw new UsageError('file-missing', `${path}: no such file`);
  const module = await importFile(path);
  const create = module['reporter'] ?? module['default'];
  if (typeof create === 'function') return create as CreateReporter;
  const what = create === undefined ? 'exports no `reporter`' : 'its `reporter` is not a function';
  throw new UsageError('module-broken', `${path}: ${what}`, 'docs/REPORTERS.md has an example');
}

async function importFile(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    throw new UsageError('module-broken', `${path}: cannot be loaded: ${reason}`);
  }
}
