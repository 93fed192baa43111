/** What the `tsconfig.json` or `jsconfig.json` of a project says about its modules: aliases, decorators, JSX. */
import { dirname } from 'node:path';
import { createPathsMatcher, getTsconfig, type TsConfigResult } from 'get-tsconfig';
import { UsageError } from '../errors.ts';
import { memoize } from './memoize.ts';

export interface ProjectSettings {
  /** The paths that `paths` and `baseUrl` give for a specifier, in order; none for a package. */
  aliasesOf(specifier: string): readonly string[];
  /** The settings that change the meaning of a file's syntax, in the form of a tsconfig. */
  compilerOptions: Readonly<Record<string, unknown>>;
  /** Whether JSX calls a function that the file imports, as `"jsx": "react"` says. */
  hasClassicJsx: boolean;
}

/** Other settings, e.g. `target`, are for the project's own build. */
const SYNTAX_OPTIONS = [
  'experimentalDecorators',
  'useDefineForClassFields',
  'verbatimModuleSyntax',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
] as const;

/** @throws UsageError for a tsconfig that cannot be read */
export function settingsOf(file: string): ProjectSettings {
  return settingsIn(dirname(file));
}

const settingsIn = memoize((folder: string): ProjectSettings => {
  const found = findTsconfig(folder);
  if (found === undefined) return { aliasesOf: () => [], compilerOptions: {}, hasClassicJsx: false };
  const { compilerOptions = {} } = found.config;
  const match = createPathsMatcher(found);
  const set = SYNTAX_OPTIONS.filter((name) => compilerOptions[name] !== undefined);
  return {
    aliasesOf: (specifier) => match?.(specifier) ?? [],
    compilerOptions: Object.fromEntries(set.map((name) => [name, compilerOptions[name]])),
    hasClassicJsx: compilerOptions.jsx === 'react',
  };
});

function findTsconfig(folder: string): TsConfigResult | undefined {
  try {
    return getTsconfig(folder, 'tsconfig.json', cache) ?? getTsconfig(folder, 'jsconfig.json', cache) ?? undefined;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    throw new UsageError('tsconfig-invalid', `the tsconfig.json for ${folder} cannot be read: ${reason}`);
  }
}

const cache = new Map<string, never>();
