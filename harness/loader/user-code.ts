/** Which files are a user's own, and so are compiled: not packages, and not this copy of Ratchet. */
import { fileURLToPath } from 'node:url';

const isCheckout = import.meta.url.endsWith('.ts');

/** The root of the checkout, or `dist` of the package. */
const OWN_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The examples of the package, which can be run where they are installed. */
const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

export function isPackageCode(file: string): boolean {
  return file.includes('/node_modules/') && (isCheckout || !file.startsWith(EXAMPLES));
}

/** Whether Node loads the file by itself: packages, and Ratchet's own sources, whose types it strips. */
export function isLoadedByNode(file: string): boolean {
  return isPackageCode(file) || file.startsWith(OWN_ROOT);
}

const OWN_MODULES: Readonly<Record<string, string>> = {
  ratchet: 'harness/index',
  'ratchet/scenarios': 'scenarios/index',
  'ratchet/vitest': 'harness/vitest',
};

/** The URL of a module of this copy of Ratchet, which all files of a user share with the program that runs. */
export function ownModule(specifier: string): string | undefined {
  const path = Object.hasOwn(OWN_MODULES, specifier) ? OWN_MODULES[specifier] : undefined;
  return path === undefined ? undefined : new URL(`../../${path}.${isCheckout ? 'ts' : 'js'}`, import.meta.url).href;
}
