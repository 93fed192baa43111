/**
 * Gives every instance of an application its own copy of the application's modules. Each file is compiled
 * once, to a function that is called once for every instance: an instance costs microseconds and is garbage
 * collected. (Node's own loader would take milliseconds and never free the modules.)
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { EnvironmentError, RatchetError, UsageError } from '../errors.ts';
import { compileToCommonJs, IMPORT_META, placeOf } from '../loader/compile-source.ts';
import { memoize } from '../loader/memoize.ts';
import { findFile, resolveImport, type StandIn } from '../loader/resolve-import.ts';
import { isPackageCode } from '../loader/user-code.ts';
import { systemFailure } from '../system-failure.ts';
import { nextModule } from './next-modules.ts';

/** Loads a module by its path, relative to the root or absolute; the extension is optional. */
export type LoadModule = <Module>(path: string) => Promise<Module>;

type Exports = Record<string, unknown>;
type ModuleFunction = (
  exports: Exports,
  require: (specifier: string) => unknown,
  module: { exports: Exports },
  filename: string,
  folder: string,
  meta: object,
) => void;

/**
 * A loader for one instance of the application in the folder `root`. TypeScript, JSX, the aliases of
 * `tsconfig.json`, style sheets and imports without extensions work as in bundlers; top-level await does not. Packages are shared by all
 * instances. Rejects with a `UsageError` or an `EnvironmentError` that names the file.
 */
export function createModuleLoader(root: URL): LoadModule {
  const folder = folderOf(root);
  const modules = new Map<string, { exports: Exports }>();

  function loadFile(file: string): Exports {
    const loaded = modules.get(file);
    if (loaded) return loaded.exports;
    const module = { exports: {} };
    modules.set(file, module);
    try {
      const requireFrom = (specifier: string): unknown => loadFrom(file, specifier);
      compile(file)(module.exports, requireFrom, module, file, dirname(file), metaOf(file));
    } catch (error) {
      modules.delete(file);
      throw explain(relative(folder, file), error);
    }
    return module.exports;
  }

  function loadFrom(parent: string, specifier: string): unknown {
    const resolved = resolveImport(specifier, parent, folder);
    if ('standIn' in resolved) return STAND_INS[resolved.standIn];
    if ('missing' in resolved) throw notFound(specifier);
    if ('external' in resolved) {
      return nextModule(specifier, () => packages(parent)(specifier)) ?? packages(parent)(specifier);
    }
    return isPackageCode(resolved.file) ? packages(parent)(resolved.file) : loadFile(resolved.file);
  }

  return async <Module>(path: string) => {
    const file = findFile(resolve(folder, path));
    if (file !== undefined) return loadFile(file) as Module;
    const message = `the subject has no module ${path} in ${folder}`;
    throw new UsageError('subject-module-missing', message, 'check the path and the root in the subject file');
  };
}

function folderOf(root: unknown): string {
  if (root instanceof URL && root.protocol === 'file:') return fileURLToPath(root);
  const hint = "the folder of the application, e.g. new URL('.', import.meta.url)";
  throw new UsageError('subject-invalid', `the root of the subject must be a file URL, not ${String(root)}`, hint);
}

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname', IMPORT_META];

const compile = memoize((file: string): ModuleFunction => {
  const source = file.endsWith('.json') ? `module.exports = ${readFileSync(file, 'utf8')}` : compileToCommonJs(file);
  return compileFunction(source, PARAMETERS, { filename: file }) as ModuleFunction;
});

const packages = memoize((parent: string) => createRequire(parent));

const metaOf = memoize((file: string) => ({ url: pathToFileURL(file).href, filename: file, dirname: dirname(file) }));

/** An import of a CSS module has every class, under its own name. */
const STAND_INS: Readonly<Record<StandIn, unknown>> = {
  marker: {},
  styles: { __esModule: true, default: new Proxy({}, { get: (_, name) => name }) },
};

function notFound(specifier: string): Error {
  return Object.assign(new Error(`Cannot find ${specifier}`), { code: 'MODULE_NOT_FOUND' });
}

/** An error that is already explained names the innermost module that failed, and is kept. */
function explain(file: string, error: unknown): RatchetError {
  if (error instanceof RatchetError) return error;
  const failure = systemFailure(error);
  if (failure !== undefined) return failure;
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    const hint = "install the application's packages, or correct the import";
    return new EnvironmentError('subject-import-missing', `${file} has an unresolved import: ${reason}`, hint, error);
  }
  if (error instanceof SyntaxError) {
    const hint = 'top-level await is not supported in modules: use a command subject for such an app';
    return new UsageError('subject-module-syntax', `${file} cannot be compiled: ${reason}`, hint);
  }
  const line = placeOf(error)?.line;
  const where = line === undefined ? file : `${file}:${line}`;
  const hint = 'modules of the application must be loadable without a server; otherwise use a command subject';
  return new UsageError('subject-module-failed', `${where} failed to load: ${reason}`, hint);
}
