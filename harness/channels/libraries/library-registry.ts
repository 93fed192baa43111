/** The registry of client libraries: to add one, add a file, a line here and its options in `plan/library-plan.ts`. */
import type { LibraryName } from '../../plan/library-plan.ts';
import type { ClientLibrary } from '../../port/library.ts';
import { loadQueryCore } from './query-core.ts';
import { loadSwr } from './swr.ts';

const loaders: Readonly<Record<LibraryName, () => ClientLibrary>> = {
  'query-core': loadQueryCore,
  swr: loadSwr,
};

/**
 * Loads a library once. Called before virtual time begins, since modules may read the date when they are loaded.
 * @throws EnvironmentError if its package is not installed
 */
export function libraryNamed(name: LibraryName): ClientLibrary {
  return loaders[name]();
}
