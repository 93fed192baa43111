import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The path of a program of Ratchet's own that another process runs: the source in a checkout, which that process strips of
 * its types, and the built file in a package.
 * @param source relative to the module, as `./module-server.ts`
 * @param module its `import.meta.url`
 */
export function ownProgram(source: string, module: string): string {
  const path = fileURLToPath(new URL(source, module));
  return existsSync(path) ? path : path.replace(/\.ts$/, '.js');
}
