/** The parts of `@supabase/lite` that the package contains, instead of depending on it and on what its command line needs. */
import { build } from 'esbuild';
import { root } from './lock-file.ts';

/** The module that the bundle replaces, in the sources and, compiled, in a build. */
const MODULE = 'harness/backend/postgres/lite-library';

/**
 * Not contained. The first two are dependencies of the package; the third parses migrations for SQLite, which is not
 * used, with a WebAssembly file beside it.
 */
const EXTERNAL = ['postgres', '@supabase/supabase-js', 'pgsql-parser'];

export interface LiteBundle {
  /** Path from the folder of a build. */
  file: string;
  code: string;
  /** Paths of the packages that it contains, as in the lock file. */
  packages: string[];
  /** Names of the modules that it loads from outside. */
  imports: string[];
}

export async function bundleLite(): Promise<LiteBundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`${MODULE}.ts`],
    outfile: 'lite-library.js',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    external: EXTERNAL,
    logLevel: 'error',
  });
  const [output] = Object.values(metafile.outputs);
  const packages = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => {
    const found = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path);
    return found && bytesInOutput > 0 ? [found[0]] : [];
  });
  const imports = (output?.imports ?? []).filter(({ external }) => external).map(({ path }) => path);
  return { file: `${MODULE}.js`, code: outputFiles[0]!.text, packages: [...new Set(packages)].toSorted(), imports };
}
