/** Compiles a file of a user, once, by esbuild: TypeScript, JSX and decorators as its `tsconfig.json` says. */
import { readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import type esbuild from 'esbuild';
import { EnvironmentError } from '../errors.ts';
import { printedFailure, systemFailure } from '../system-failure.ts';
import { memoize } from './memoize.ts';
import { settingsOf } from './project-settings.ts';

/** The names that stand for `import.meta` and `require` in compiled code. */
export const IMPORT_META = '__importMeta';
export const REQUIRE = '__require';

/** The file as a CommonJS function body. Top-level await is a syntax error. */
export const compileToCommonJs = memoize((file: string): string => {
  const code = transform(file, {
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { 'import.meta': IMPORT_META },
  });
  commonJsMaps.set(file, maps.get(file) ?? '');
  return code;
});

/** The source maps of files that are function bodies. */
const commonJsMaps = new Map<string, string>();

export function isCompiledToCommonJs(file: string): boolean {
  return commonJsMaps.has(file);
}

/** The file as a function body, and the line of the user's file, from 1, at an offset of it; `undefined` for generated code. */
export function commonJsOf(file: string): { code: string; originalLine(offset: number): number | undefined } {
  const code = compileToCommonJs(file);
  const map = new SourceMap(JSON.parse(commonJsMaps.get(file) ?? '{}'));
  return {
    code,
    originalLine(offset) {
      const before = code.slice(0, offset);
      const entry = map.findEntry(before.split('\n').length - 1, offset - (before.lastIndexOf('\n') + 1));
      return 'originalLine' in entry ? entry.originalLine + 1 : undefined;
    },
  };
}

/** The file in the format that it has. In ES modules `__dirname` and `__filename` work too, and `require` if `REQUIRE` is declared. */
export const compileToModule = memoize((file: string): string =>
  transform(file, {
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename', require: REQUIRE },
  }),
);

/** The place of the first frame of a user's file in the stack of an error: `FILE:LINE`. */
export function placeOf(error: unknown): { file: string; line: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const [, path, line, column] of stack.matchAll(/(?:file:\/\/)?(\/[^():\n]+):(\d+)(?::(\d+))?/g)) {
    const file = decodeURI(path!);
    const map = maps.get(file);
    if (map === undefined) continue;
    const entry = new SourceMap(JSON.parse(map)).findEntry(Number(line) - 1, Number(column ?? 1) - 1);
    return { file, line: 'originalLine' in entry ? entry.originalLine + 1 : Number(line) };
  }
  return undefined;
}

const maps = new Map<string, string>();

/** Loaded on first use, so that commands that load no file of a user do not wait for it. */
const compiler = memoize((name: string): typeof esbuild => createRequire(import.meta.url)(name));

/** The compiler is a process of its own. Errors that are thrown in its thread arrive without their code. */
function compilerFailure(error: Error): Error {
  const { message } = error;
  const failure = systemFailure(error) ?? printedFailure('the compiler esbuild cannot be started', message);
  if (failure !== undefined) return failure;
  if (!/^The service (?:was stopped|is no longer running)/.test(message)) return error;
  const hint = 'a limit of processes or memory may have ended it: see ulimit -u, ulimit -v';
  return new EnvironmentError('compiler-ended', `the compiler esbuild has ended: ${message}`, hint, error);
}

function transform(file: string, options: esbuild.TransformOptions): string {
  const { compilerOptions, hasClassicJsx } = settingsOf(file);
  try {
    const { code, map } = compiler('esbuild').transformSync(readFileSync(file, 'utf8'), {
      ...options,
      loader: /\.[cm]?ts$/.test(file) ? 'ts' : /\.[cm]?js$/.test(file) ? 'jsx' : 'tsx',
      target: 'es2024',
      jsx: hasClassicJsx ? 'transform' : 'automatic',
      tsconfigRaw: { compilerOptions } as esbuild.TsconfigRaw,
      sourcefile: file,
      sourcemap: 'external',
      logLevel: 'silent',
    });
    maps.set(file, map);
    return code;
  } catch (error) {
    const [first] = (error as Partial<esbuild.TransformFailure>).errors ?? [];
    if (first === undefined) throw compilerFailure(error as Error);
    const where = first.location === null ? '' : `line ${first.location.line}: `;
    throw new SyntaxError(`${where}${first.text}`);
  }
}
