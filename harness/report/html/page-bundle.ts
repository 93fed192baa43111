/** The program and the style of the page. A build contains them; the sources are bundled when they are first needed. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface PageBundle {
  script: string;
  style: string;
}

/** Beside this module. */
const FOLDER = new URL('.', import.meta.url);
const BUILT = { script: 'page.js', style: 'page.css' } as const;

/** The names of the files of a build, which are beside this module, and their contents. */
export async function bundlePage(): Promise<Record<string, string>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(FOLDER),
    entryPoints: { page: 'page/page-main.ts', style: 'page/page.css' },
    outdir: '.',
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2024',
    legalComments: 'none',
    logLevel: 'error',
  });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { [BUILT.script]: textOf('page.js'), [BUILT.style]: textOf('style.css') };
}

let loaded: PageBundle | undefined;

export async function loadPageBundle(): Promise<PageBundle> {
  loaded ??= existsSync(new URL(BUILT.script, FOLDER)) ? readBuilt() : await bundleSources();
  return loaded;
}

function readBuilt(): PageBundle {
  const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
  return { script: read(BUILT.script), style: read(BUILT.style) };
}

async function bundleSources(): Promise<PageBundle> {
  const files = await bundlePage();
  return { script: files[BUILT.script] ?? '', style: files[BUILT.style] ?? '' };
}
