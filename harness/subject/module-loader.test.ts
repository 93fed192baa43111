import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { EnvironmentError, UsageError } from '../errors.ts';
import { createModuleLoader } from './module-loader.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Writes an application and returns its root. */
function application(files: Record<string, string>): URL {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-app-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return pathToFileURL(`${folder}/`);
}

test('every instance has its own singletons', async () => {
  const root = application({
    'manager.ts':
      'export class Manager { private static instance: Manager; static get = () => (this.instance ??= new Manager()); }',
  });
  const load = createModuleLoader(root);
  const one = await load<{ Manager: { get(): object } }>('manager.ts');
  const other = await createModuleLoader(root)<{ Manager: { get(): object } }>('manager.ts');
  expect(await load('manager')).toBe(one);
  expect(one.Manager.get()).toBe(one.Manager.get());
  expect(one.Manager.get()).not.toBe(other.Manager.get());
});

test('the modules of one instance share their state', async () => {
  const root = application({
    'count.ts': 'export let count = 0;\nexport const add = (): number => ++count;',
    'a.ts': `import { add } from './count';\nexport { add };`,
    'b.ts': `export { count } from './count.ts';`,
  });
  const load = createModuleLoader(root);
  const { add } = await load<{ add(): number }>('a.ts');
  add();
  expect(await load('b.ts')).toHaveProperty('count', 1);
  expect(await createModuleLoader(root)('b.ts')).toHaveProperty('count', 0);
});

test('packages are shared by all instances', async () => {
  const root = application({
    'node_modules/pkg/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/pkg/index.js': 'export const state = {};',
    'app.ts': `export { state } from 'pkg';\nexport { randomUUID } from 'node:crypto';`,
  });
  const one = await createModuleLoader(root)<{ state: object }>('app.ts');
  const other = await createModuleLoader(root)<{ state: object }>('app.ts');
  expect(one.state).toBe(other.state);
});

test('imports work as in bundlers', async () => {
  const root = application({
    'app/[id]/route.ts': [
      `import 'server-only';`,
      `import { fromRoot } from '@/lib/from-root';`,
      `import { Shape, kind } from '../../lib';`,
      `import data from '../../data.json';`,
      `import { stands } from '../../lib/stands.js';`,
      'enum Size { small, large }',
      `export const shape: Shape = { kind, fromRoot, data, stands, size: Size.large };`,
      `export const later = () => import('../../lib/stands');`,
    ].join('\n'),
    'lib/from-root.tsx': 'export const fromRoot = true;',
    'lib/index.ts': `export interface Shape extends Record<string, unknown> {}\nexport const kind = 'index';`,
    'lib/stands.ts': 'export const stands = 1;',
    'data.json': '[1]',
  });
  const route = await createModuleLoader(root)<{ shape: object; later(): Promise<object> }>('app/[id]/route');
  expect(route.shape).toEqual({ kind: 'index', fromRoot: true, data: [1], stands: 1, size: 1 });
  expect(await route.later()).toHaveProperty('stands', 1);
});

test('modules are compiled as the tsconfig.json of the application says, and bundlers resolve them', async () => {
  const root = application({
    'base.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
    'tsconfig.json':
      '{\n  // as Next.js writes it\n  "extends": "./base.json",\n  "compilerOptions": { "jsx": "preserve", "experimentalDecorators": true },\n}',
    'src/route.tsx': `
      import 'client-only';
      import './global.css';
      import styles from './card.module.css';
      import { Colour } from '~/colour';
      const keys: string[] = [];
      const kept = (_: object, key: string) => void keys.push(key);
      class Card { constructor(readonly colour: Colour) {} @kept paint() {} }
      export const found = [new Card(Colour.red).colour, keys, styles.card, __dirname === import.meta.dirname];
      export const url = import.meta.url;`,
    'src/colour.ts': 'export enum Colour { red = 1 }',
  });
  const { found, url } = await createModuleLoader(root)<{ found: unknown[]; url: string }>('src/route');
  expect(found).toEqual([1, ['paint'], 'card', true]);
  expect(url).toBe(new URL('src/route.tsx', root).href);
});

test('the error for a module that does not exist names it', async () => {
  const loading = createModuleLoader(application({}))('lib/nothing.ts');
  await expect(loading).rejects.toThrow(UsageError);
  await expect(loading).rejects.toThrow(/no module lib\/nothing.ts/);
});

test.each([
  { what: 'a missing package', text: `import 'no-such-package';`, expected: /Cannot find module 'no-such-package'/ },
  { what: 'a missing file', text: `import './nothing';`, expected: /Cannot find \.\/nothing/ },
])('$what is an error of the environment that names the importing file', async ({ text, expected }) => {
  const root = application({ 'app.ts': `import './inner';`, 'inner.ts': text });
  const loading = createModuleLoader(root)('app.ts');
  await expect(loading).rejects.toThrow(EnvironmentError);
  await expect(loading).rejects.toThrow(/^inner\.ts has an unresolved import/);
  await expect(loading).rejects.toThrow(expected);
});

test.each([
  { what: 'a syntax error', text: 'const a = 1;\nconst = 2;', expected: /inner\.ts cannot be compiled: line 2: / },
  { what: 'top-level await', text: 'export const a = await 1;', expected: /inner\.ts cannot be compiled: / },
  { what: 'a throw', text: `throw new Error('no server');`, expected: /inner\.ts:1 failed to load: no server/ },
])('$what is reported with its file, each time it is loaded', async ({ text, expected }) => {
  const load = createModuleLoader(application({ 'app.ts': `import './inner';`, 'inner.ts': text }));
  for (const loading of [load('app.ts'), load('app.ts')]) {
    await expect(loading).rejects.toThrow(UsageError);
    await expect(loading).rejects.toThrow(expected);
  }
});
