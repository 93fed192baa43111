/** Resolves the imports of a user's files like bundlers do, and like Next.js where that differs. */
import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoize } from './memoize.ts';
import { settingsOf } from './project-settings.ts';

export type ResolvedImport =
  | { file: string }
  /** What only a bundler understands: style sheets, and packages that mark a module for it. */
  | { standIn: StandIn }
  /** A path without a file. */
  | { missing: string }
  /** A package or a module of Node. */
  | { external: string };

export type StandIn = 'styles' | 'marker';

/** Marker packages of Next.js, which throw without a bundler. */
const MARKERS: readonly string[] = ['server-only', 'client-only'];
const STYLES = /\.(css|scss|sass|less)$/;

/** @param root `@/…` is relative to it, if the tsconfig has no such alias */
export function resolveImport(specifier: string, parent: string, root?: string): ResolvedImport {
  if (MARKERS.includes(specifier)) return { standIn: 'marker' };
  if (STYLES.test(specifier)) return { standIn: 'styles' };
  const path = pathOf(parent, specifier);
  if (path !== undefined) {
    const file = findFile(path);
    return file === undefined ? { missing: specifier } : { file };
  }
  for (const alias of settingsOf(parent).aliasesOf(specifier)) {
    const file = findFile(alias);
    if (file !== undefined) return { file };
  }
  if (root === undefined || !specifier.startsWith('@/')) return { external: specifier };
  const file = findFile(join(root, specifier.slice(2)));
  return file === undefined ? { missing: specifier } : { file };
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const SUFFIXES = ['', ...EXTENSIONS, ...EXTENSIONS.map((extension) => `/index${extension}`)];

/** Extensions and `index` may be omitted, and `.js` may mean `.ts` or `.tsx`. Links are followed, as Node does. */
export const findFile = memoize((path: string): string | undefined => {
  const sources = /\.[cm]?jsx?$/.test(path) ? [path.replace(/js(x?)$/, 'ts$1'), path.replace(/js$/, 'tsx')] : [];
  const candidates = [...SUFFIXES.map((suffix) => path + suffix), ...sources];
  const found = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
  return found === undefined ? undefined : realpathSync(found);
});

function pathOf(parent: string, specifier: string): string | undefined {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  return /^(\.{1,2}(\/|$)|\/)/.test(specifier) ? resolve(dirname(parent), specifier) : undefined;
}
