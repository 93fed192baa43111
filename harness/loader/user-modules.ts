/**
 * Imports the files that a user writes for Ratchet: config, subjects, scenarios, reporters. They may be any TypeScript or
 * JavaScript that the user's own tools take, in ES modules or CommonJS, whatever `package.json` says.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks, type LoadHookSync, type ResolveHookSync } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EnvironmentError, isUsageError, UsageError, type RatchetError } from '../errors.ts';
import { systemFailure } from '../system-failure.ts';
import { shortPath } from '../short-path.ts';
import { compileToModule, placeOf, REQUIRE } from './compile-source.ts';
import { resolveImport, type StandIn } from './resolve-import.ts';
import { isLoadedByNode, ownModule } from './user-code.ts';

/**
 * @param file its absolute path
 * @throws UsageError in one line: the file is missing, does not compile, imports what is missing, or throws
 */
export async function importUserModule(file: string): Promise<Record<string, unknown>> {
  if (!existsSync(file)) throw new UsageError('file-missing', `${shortPath(file)}: no such file`);
  if (!SOURCE.test(file)) {
    throw new UsageError(
      'file-invalid',
      `${shortPath(file)}: is not a TypeScript or JavaScript file`,
      'write it as .ts or .js',
    );
  }
  installHooks();
  try {
    return exportsOf(file, (await import(pathToFileURL(file).href)) as Record<string, unknown>);
  } catch (error) {
    throw explained(file, error);
  }
}

const SOURCE = /\.[cm]?[jt]sx?$/;

/** The exports of a CommonJS file are the default export of its import, whether Node finds their names or not. */
function exportsOf(file: string, module: Record<string, unknown>): Record<string, unknown> {
  const exported = commonJsFiles.has(file) ? module['default'] : undefined;
  return typeof exported === 'object' ? { ...module, ...exported } : module;
}

const commonJsFiles = new Set<string>();

let isInstalled = false;

function installHooks(): void {
  if (isInstalled) return;
  isInstalled = true;
  registerHooks({ resolve: resolveForUser, load: loadForUser });
}

const STAND_IN = 'ratchet-stand-in:';

/** An import of a CSS module has every class, under its own name. */
const STAND_IN_SOURCES: Readonly<Record<StandIn, string>> = {
  marker: '',
  styles: 'export default new Proxy({}, { get: (_, name) => name });',
};

const resolveForUser: ResolveHookSync = (specifier, context, next) => {
  const parent = userFile(context.parentURL);
  if (parent === undefined || specifier.startsWith('node:')) return next(specifier, context);
  const own = ownModule(specifier);
  if (own !== undefined) return { url: own, shortCircuit: true };
  const resolved = resolveImport(specifier, parent);
  if ('standIn' in resolved) return { url: STAND_IN + resolved.standIn, format: 'module', shortCircuit: true };
  if ('file' in resolved) return { url: pathToFileURL(resolved.file).href, shortCircuit: true };
  if ('missing' in resolved) throw missingImport(specifier, parent);
  try {
    return next(specifier, context);
  } catch (error) {
    return { url: resolvedAsCommonJs(specifier, parent, error), shortCircuit: true };
  }
};

/** Bundlers also resolve files of a package without its extension: `next/headers`. */
function resolvedAsCommonJs(specifier: string, parent: string, error: unknown): string {
  try {
    return pathToFileURL(createRequire(parent).resolve(specifier)).href;
  } catch {
    throw isMissingModule(error) ? missingImport(specifier, parent) : error;
  }
}

const loadForUser: LoadHookSync = (url, context, next) => {
  if (url.startsWith(STAND_IN)) {
    const source = STAND_IN_SOURCES[url.slice(STAND_IN.length) as StandIn];
    return { format: 'module', source, shortCircuit: true };
  }
  const file = userFile(url);
  if (file === undefined) return next(url, context);
  if (file.endsWith('.json')) {
    return { format: 'module', source: `export default ${readFileSync(file, 'utf8')}`, shortCircuit: true };
  }
  if (!SOURCE.test(file)) return next(url, context);
  const code = compileOrExplain(file);
  if (!isCommonJs(file, code)) return { format: 'module', source: withRequire(code), shortCircuit: true };
  commonJsFiles.add(file);
  return { format: 'commonjs', source: code.replaceAll(REQUIRE, 'require'), shortCircuit: true };
};

function compileOrExplain(file: string): string {
  try {
    return compileToModule(file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BrokenModule(`${shortPath(file)}: cannot be compiled: ${error.message}`);
  }
}

/** Without the types, a file that neither imports nor exports is CommonJS if it uses its names. */
function isCommonJs(file: string, code: string): boolean {
  if (/\.c[jt]s$/.test(file)) return !/^(import|export)\b/m.test(code);
  if (/^(import|export)\b|\bimport\.meta\b/m.test(code.replaceAll(/import\.meta\.(dirname|filename)/g, '')))
    return false;
  return /\bmodule\.exports\b|\bexports\.\w|\b__require\(/.test(code);
}

/** On the first line, so that the lines of the source map stay right. */
function withRequire(code: string): string {
  if (!code.includes(REQUIRE)) return code;
  return `import { createRequire as __createRequire } from 'node:module';const ${REQUIRE} = __createRequire(import.meta.url);${code}`;
}

function userFile(url: string | undefined): string | undefined {
  if (url?.startsWith('file:') !== true) return undefined;
  const file = fileURLToPath(url);
  return isLoadedByNode(file) ? undefined : file;
}

/** An error that names the file at fault, which may be another than the one that was asked for. */
class BrokenModule extends UsageError {
  constructor(message: string, hint?: string) {
    super('module-broken', message, hint);
  }
}

function missingImport(specifier: string, parent: string): BrokenModule {
  const hint = 'correct the import, or install the package';
  return new BrokenModule(`${shortPath(parent)}: cannot find '${specifier}', which it imports`, hint);
}

function explained(file: string, error: unknown): RatchetError {
  if (error instanceof BrokenModule || error instanceof EnvironmentError) return error;
  const failure = systemFailure(error);
  if (failure !== undefined) return failure;
  if (isUsageError(error)) return new UsageError(error.code, `${shortPath(file)}: ${error.message}`, error.hint);
  const place = placeOf(error);
  const where = place === undefined ? shortPath(file) : `${shortPath(place.file)}:${place.line}`;
  const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
  return new BrokenModule(`${where}: cannot be loaded: ${reason}`);
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ERR_)?MODULE_NOT_FOUND$/.test(String(error.code));
}
