/** What `package-lock.json` says of the packages that an installation gets. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface LockedPackage {
  version?: string;
  license?: string;
  integrity?: string;
  name?: string;
  /** A workspace is a link to its folder. */
  link?: boolean;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
}

/** By path from the root of the checkout; that of the project itself is empty. */
export type Lock = Readonly<Record<string, LockedPackage>>;

export function readLock(): Lock {
  return (JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as { packages: Lock }).packages;
}

/** Paths of the packages that are installed with the packed project, on any platform. */
export function installedPaths(lock: Lock): string[] {
  const found = new Set<string>();
  const visit = (from: string): void => {
    for (const name of neededNames(lock[from] ?? {}, from === '')) {
      const path = resolved(lock, name, from);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      visit(path);
    }
  };
  visit('');
  return [...found].toSorted();
}

/** Packages from a registry whose content npm does not compare with what was locked. */
export function pathsWithoutIntegrity(lock: Lock): string[] {
  const isFromRegistry = (path: string): boolean => path.includes('node_modules/') && !lock[path]?.link;
  return Object.keys(lock).filter((path) => isFromRegistry(path) && !lock[path]?.integrity?.startsWith('sha512-'));
}

/** The peers of the project itself are the choice of its user. */
function neededNames(of: LockedPackage, isProject: boolean): string[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = of;
  const peers = Object.keys(isProject ? {} : peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers];
}

/** As Node finds it: in the folder of the importing package, or in that of a package around it. */
function resolved(lock: Lock, name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (lock[path]) return path;
  return from === '' ? undefined : resolved(lock, name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}
