/** Finds the API routes of a Next.js project, and what each of them is likely to do. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { isRouteFile, pathOfRouteFile, pathPart } from '../route-file.ts';

export interface FoundRoute {
  /** Such as `/api/jobs/:id`. */
  path: string;
  /** Relative to the project, with slashes. */
  file: string;
  /** The HTTP methods that it answers. */
  methods: readonly string[];
  /** The text of the route and of the project's modules that it imports. */
  source: string;
  router: 'app' | 'pages';
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const MODULE = /\.[cm]?[jt]sx?$/;

/** In the order of their paths. */
export async function findRoutes(root: string): Promise<FoundRoute[]> {
  const files = [
    ...(await filesIn(root, ['app', 'src/app'], isRouteFile)),
    ...(await filesIn(root, ['pages/api', 'src/pages/api'], (name) => MODULE.test(name) && !name.endsWith('.d.ts'))),
  ];
  const routes = await Promise.all(files.map((file) => readRoute(root, file)));
  return routes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function filesIn(root: string, folders: string[], isRoute: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    const names = await readdir(join(root, folder), { recursive: true });
    const paths = names.map((name) => name.split(sep).join('/')).filter((name) => !name.includes('node_modules/'));
    found.push(...paths.filter((name) => isRoute(name)).map((name) => `${folder}/${name}`));
  }
  return found;
}

async function readRoute(root: string, file: string): Promise<FoundRoute> {
  const isApp = /^(src\/)?app\//.test(file);
  const { inputs, exports } = await importsOf(root, file);
  const texts = await Promise.all([file, ...inputs].map((input) => readFile(join(root, input), 'utf8')));
  const source = texts.join('\n');
  return {
    path: isApp ? pathOfRouteFile(file) : pathOfPage(file),
    file,
    methods: isApp ? METHODS.filter((method) => exports.includes(method)) : methodsNamedIn(texts[0] ?? ''),
    source,
    router: isApp ? 'app' : 'pages',
  };
}

/** The modules of the project that a route imports, and what it exports. A module that cannot be compiled stands alone. */
async function importsOf(root: string, file: string): Promise<{ inputs: string[]; exports: readonly string[] }> {
  const result: { metafile: Metafile } | undefined = await build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    loader: { '.css': 'empty' },
    logLevel: 'silent',
    metafile: true,
    outdir: 'unused',
    write: false,
  }).catch(() => undefined);
  if (result === undefined) return { inputs: [], exports: exportsNamedIn(await readFile(join(root, file), 'utf8')) };
  const inputs = Object.keys(result.metafile.inputs).filter((input) => input !== file && MODULE.test(input));
  const [output] = Object.values(result.metafile.outputs);
  return { inputs, exports: output?.exports ?? [] };
}

function exportsNamedIn(source: string): string[] {
  return METHODS.filter((method) => new RegExp(`export\\s+(async\\s+)?(function|const)\\s+${method}\\b`).test(source));
}

/** A page of the API has one handler, which looks at the method. */
function methodsNamedIn(source: string): string[] {
  const named = METHODS.filter((method) => new RegExp(`['"]${method}['"]`).test(source));
  return named.length > 0 ? named : ['GET'];
}

function pathOfPage(file: string): string {
  const parts = file
    .replace(/^(src\/)?pages\//, '')
    .replace(MODULE, '')
    .split('/');
  if (parts.at(-1) === 'index') parts.pop();
  return `/${parts.map(pathPart).join('/')}`;
}
