/** The licences under which the package may ship code of others, and the texts that they ask to be shipped with it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Lock } from './lock-file.ts';

/** SPDX identifiers of licences that ask for no more than to be named and shipped with the code. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Unlicense']);

/** One line for each of the packages whose licence is another, or not known. */
export function refusedLicences(paths: readonly string[], lock: Lock): string[] {
  return paths.flatMap((path) => {
    const licence = lock[path]?.license;
    return licence !== undefined && ALLOWED.has(licence) ? [] : [`${path}: licence ${licence ?? 'is not declared'}`];
  });
}

/** The licences of contained packages in one text. */
export function noticesOf(paths: readonly string[], lock: Lock): string {
  return paths.map((path) => `${titleOf(path, lock)}\n\n${licenceText(path).trim()}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function titleOf(path: string, lock: Lock): string {
  const { version = '', license = '' } = lock[path] ?? {};
  return `${path.split('node_modules/').at(-1)} ${version}, ${license}`;
}

function licenceText(path: string): string {
  const folder = join(root, path);
  const texts = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (texts.length === 0) throw new Error(`${path} has no licence text`);
  return texts.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}
