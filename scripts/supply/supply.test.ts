/** That the gate on what the package ships of others lets nothing through, and that the documents name all of it. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LITE_VERSION } from '../../harness/backend/postgres/lite-version.ts';
import { billOfMaterials, missingIn } from './bill-of-materials.ts';
import { noticesOf, refusedLicences } from './licences.ts';
import { bundleLite } from './lite-bundle.ts';
import { installedPaths, pathsWithoutIntegrity, readLock, root, type Lock } from './lock-file.ts';

const lock = readLock();
const installed = installedPaths(lock);
const bundle = await bundleLite();

const PLANTED: Lock = {
  '': { name: 'mine', version: '1.0.0', dependencies: { a: '1' }, optionalDependencies: { b: '1' } },
  'node_modules/a': { version: '1.0.0', license: 'MIT', integrity: 'sha512-a', dependencies: { c: '1' } },
  'node_modules/a/node_modules/c': { version: '2.0.0', license: 'GPL-3.0-only', peerDependencies: { d: '1', e: '1' } },
  'node_modules/b': { version: '1.0.0', integrity: 'sha1-b' },
  'node_modules/c': { version: '1.0.0', license: 'MIT', integrity: 'sha512-c' },
  'node_modules/d': { version: '1.0.0', license: 'ISC', integrity: 'sha512-d' },
  'node_modules/workspace': { link: true },
  'packages/workspace': {},
};

it('an installation gets dependencies, optional ones and required peers, each from where Node finds it', () => {
  const paths = ['node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/b', 'node_modules/d'];
  expect(installedPaths(PLANTED)).toEqual(paths);
  expect(installed).toEqual(expect.arrayContaining(['node_modules/zod', 'node_modules/@supabase/auth-js']));
  expect(installed).not.toContain('node_modules/vitest');
  expect(installed).not.toContain('node_modules/@supabase/lite');
});

it('a package without a strong hash is found, a workspace needs none', () => {
  expect(pathsWithoutIntegrity(PLANTED)).toEqual(['node_modules/a/node_modules/c', 'node_modules/b']);
  expect(pathsWithoutIntegrity(lock)).toEqual([]);
});

it('a licence that is not allowed, or not declared, is refused', () => {
  expect(refusedLicences(installedPaths(PLANTED), PLANTED)).toEqual([
    'node_modules/a/node_modules/c: licence GPL-3.0-only',
    'node_modules/b: licence is not declared',
  ]);
  expect(refusedLicences([...installed, ...bundle.packages], lock)).toEqual([]);
});

it('the bill of materials lists what is installed and what is contained, and nothing else', () => {
  const shipped = [...installed, ...bundle.packages];
  const bill = billOfMaterials(shipped, lock);
  expect(bill.metadata.component).toMatchObject({ name: 'ratchet' });
  expect(missingIn(bill, shipped, lock)).toEqual([]);
  expect(missingIn(bill, ['node_modules/vitest'], lock)).toEqual(['node_modules/vitest']);
  expect(bill.components).toHaveLength(new Set(shipped).size);
  expect(bill.dependencies.find(({ ref }) => ref.startsWith('ratchet@'))?.dependsOn).toContain(
    `@supabase/lite@${LITE_VERSION}`,
  );
});

it('the bundle imports only modules of Node, what the package depends on, and a parser that it does not use', () => {
  const { dependencies } = lock['']!;
  const others = bundle.imports.filter((name) => !isBuiltin(name) && !dependencies?.[name]);
  expect(new Set(others)).toEqual(new Set(['pgsql-parser']));
  expect(bundle.packages.filter((path) => /sentry|opentelemetry|pglite/.test(path))).toEqual([]);
});

it('the licence of each contained package is shipped', () => {
  const notices = noticesOf(bundle.packages, lock);
  expect(bundle.packages).toContain('node_modules/@supabase/lite');
  for (const path of bundle.packages) expect(notices).toContain(`${path.split('node_modules/').at(-1)} `);
  expect(notices).toContain('Apache License');
  expect(() => noticesOf(['node_modules/ratchet-has-no-such'], lock)).toThrow('ENOENT');
});

it('the version of the REST library is the pinned one', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  expect(LITE_VERSION).toBe(devDependencies['@supabase/lite']);
});
