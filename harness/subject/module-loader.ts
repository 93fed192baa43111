/**
 * Gives every instance of an application its own copy of the application's modules. Each file is compiled
 * once, to a function that is called once for every instance: an instance costs microseconds and is garbage
 * collected. (Node's own loader would take milliseconds and never free the modules.)
 */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import type esbuild from 'esbuild';
import { EnvironmentError, RatchetError, UsageError } from '../errors.ts';
import { nextModule } from './next-modules.ts';

/** Loads a module by its path, relative to the root or absolute; the extension is optional. */
export type LoadModule = <Module>(path: string) => Promise<Module>;

type Exports = Record<string, unknown>;
type ModuleFunction = (exports: Exports, require: (specifier: string) => unknown, module: { exports: Exports }) => void;

/**
 * A loader for one instance of the application in the folder `root`. TypeScript, JSX, `@/…` from the root and
 * imports without extensions work as in bundlers; top-level await does not. Packages are shared by all
 * instances. Rejects with a `UsageError` or an `EnvironmentError` that names the file.
 */
export function createModuleLoader(root: URL): LoadModule {
  const folder = fileURLToPath(root);
  const modules = new Map<string, { exports: Exports }>();

  function loadFile(file: string): Exports {
    const loaded = modules.get(file);
    if (loaded) return loaded.exports;
    const module = { exports: {} };
    modules.set(file, module);
    try {
      compile(file)(module.exports, (specifier) => loadFrom(file, specifier), module);
    } catch (error) {
      modules.delete(file);
      throw explain(relative(folder, file), error);
    }
    return module.exports;
  }

  function loadFrom(parent: string, specifier: string): unknown {
    if (specifier === SERVER_MARKER) return {};
    const path = pathOf(folder, parent, specifier);
    if (path === undefined)
      return nextModule(specifier, () => packages(parent)(specifier)) ?? packages(parent)(specifier);
    const file = findFile(path);
    if (file === undefined) throw notFound(specifier);
    return file.includes('/node_modules/') ? packages(parent)(file) : loadFile(file);
  }

  return async <Module>(path: string) => {
    const file = findFile(resolve(folder, path));
    if (file !== undefined) return loadFile(file) as Module;
    const message = `the subject has no module ${path} in ${folder}`;
    throw new UsageError('subject-module-missing', message, 'check the path and the root in the subject file');
  };
}

/** A marker package for bundlers; without a bundler, importing it throws. */
const SERVER_MARKER = 'server-only';
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const SUFFIXES = ['', ...EXTENSIONS, ...EXTENSIONS.map((extension) => `/index${extension}`)];

/** Loaded on first use, so that listing the subjects does not wait for it. */
const compiler = memoize((name: string): typeof esbuild => createRequire(import.meta.url)(name));

const compile = memoize((file: string): ModuleFunction => {
  const text = readFileSync(file, 'utf8');
  const source = file.endsWith('.json') ? `module.exports = ${text}` : transpile(file, text);
  return compileFunction(source, ['exports', 'require', 'module'], { filename: file }) as ModuleFunction;
});

const packages = memoize((parent: string) => createRequire(parent));

/** Resolves like bundlers: extensions and `index` may be omitted, and `.js` may mean `.ts`. */
const findFile = memoize((path: string): string | undefined => {
  const candidates = [...SUFFIXES.map((suffix) => path + suffix), path.replace(/\.(m?)js$/, '.$1ts')];
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
});

function transpile(file: string, text: string): string {
  const loader = /\.(ts|mts)$/.test(file) ? 'ts' : /\.(js|mjs|cjs)$/.test(file) ? 'jsx' : 'tsx';
  try {
    const { code, warnings } = compiler('esbuild').transformSync(text, {
      loader,
      format: 'cjs',
      target: 'es2024',
      jsx: 'automatic',
      supported: { 'dynamic-import': false },
      sourcefile: file,
      logLevel: 'silent',
    });
    const refused = warnings.find(({ id }) => id === 'empty-import-meta');
    if (refused !== undefined) throw syntaxError(refused);
    return code;
  } catch (error) {
    const [first] = (error as Partial<esbuild.TransformFailure>).errors ?? [];
    throw first === undefined ? error : syntaxError(first);
  }
}

function syntaxError({ text, location }: esbuild.Message): SyntaxError {
  return new SyntaxError(location === null ? text : `line ${location.line}: ${text}`);
}

function pathOf(root: string, parent: string, specifier: string): string | undefined {
  if (specifier.startsWith('@/')) return join(root, specifier.slice(2));
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  return /^(\.{1,2}(\/|$)|\/)/.test(specifier) ? resolve(dirname(parent), specifier) : undefined;
}

function notFound(specifier: string): Error {
  return Object.assign(new Error(`Cannot find ${specifier}`), { code: 'MODULE_NOT_FOUND' });
}

/** An error that is already explained names the innermost module that failed, and is kept. */
function explain(file: string, error: unknown): RatchetError {
  if (error instanceof RatchetError) return error;
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    const hint = "install the application's packages, or correct the import";
    return new EnvironmentError('subject-import-missing', `${file} has an unresolved import: ${reason}`, hint, error);
  }
  if (error instanceof SyntaxError) {
    const hint = 'top-level await and import.meta are not supported in modules: use a command subject for such an app';
    return new UsageError('subject-module-syntax', `${file} cannot be compiled: ${reason}`, hint);
  }
  const hint = 'modules of the application must be loadable without a server; otherwise use a command subject';
  return new UsageError('subject-module-failed', `${file} failed to load: ${reason}`, hint);
}

/** The files of an application do not change while it is tested. */
function memoize<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.has(key) ? (known.get(key) as T) : compute(key);
    known.set(key, value);
    return value;
  };
}
