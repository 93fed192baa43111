/** Loads files as users write them, in a process of its own: tests of this project are loaded by vitest instead of Node. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const loader = new URL('user-modules.ts', import.meta.url).href;
const LOAD = `
const { importUserModule } = await import(${JSON.stringify(loader)});
try {
  const { subject } = await importUserModule(process.argv[1]);
  console.log(JSON.stringify(subject));
} catch (error) {
  console.log(error.name + ' ' + error.message.replaceAll(process.cwd() + '/', ''));
}`;

/** What `subject` of a file is, or the error. */
function load(files: Record<string, string>, file = 'subject.ts'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-user-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const args = ['--input-type=module', '--eval', LOAD, join(folder, file)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

const COMMONJS = { 'package.json': '{"type":"commonjs"}' };
const CLASSIC = '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }';

test.each<[what: string, files: Record<string, string>, expected: unknown]>([
  [
    'imports in a CommonJS project',
    { ...COMMONJS, 'subject.ts': `import './a';\nexport const subject = 1;`, 'a.ts': '' },
    1,
  ],
  [
    'imports without a package.json',
    { 'subject.ts': `import { a } from './a.js';\nexport const subject = a;`, 'a.ts': 'export const a = 1;' },
    1,
  ],
  ['top-level await in a CommonJS project', { ...COMMONJS, 'subject.ts': 'export const subject = await 1;' }, 1],
  [
    'import.meta',
    { 'subject.ts': `export const subject = [typeof import.meta.url, typeof import.meta.dirname];` },
    ['string', 'string'],
  ],
  [
    '__dirname and require beside imports',
    {
      'subject.ts': `import 'node:fs';\nexport const subject = [require('./a').a, require('node:path').isAbsolute(__dirname)];`,
      'a.ts': 'export const a: number = 1;',
    },
    [1, true],
  ],
  [
    'module.exports',
    {
      ...COMMONJS,
      'subject.ts': `const a: number = require('./a').a;\nmodule.exports = { subject: a };`,
      'a.ts': 'export const a = 1;',
    },
    1,
  ],
  ['a .cts file', { 'subject.cts': 'exports.subject = 1 as number;' }, 1],
  [
    'a type imported as a value',
    { 'subject.ts': `import { A } from './a';\nexport const subject: A = 1;`, 'a.ts': 'export type A = number;' },
    1,
  ],
  ['an enum', { 'subject.ts': 'enum Colour { red = 1 }\nexport const subject = Colour.red;' }, 1],
  ['a namespace', { 'subject.ts': 'namespace N { export const a = 1; }\nexport const subject = N.a;' }, 1],
  [
    'parameter properties',
    { 'subject.ts': 'class A { constructor(readonly a: number) {} }\nexport const subject = new A(1);' },
    { a: 1 },
  ],
  [
    'experimental decorators',
    {
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'subject.ts':
        'let name = "";\nconst log = (_: object, key: string) => void (name = key);\nclass A { @log a() {} }\nexport const subject = name;',
    },
    'a',
  ],
  [
    'standard decorators',
    {
      'subject.ts':
        'let kind = "";\nconst log = (_: unknown, context: { kind: string }) => void (kind = context.kind);\nclass A { @log a() {} }\nexport const subject = kind;',
    },
    'method',
  ],
  [
    'JSX with a factory',
    { 'tsconfig.json': CLASSIC, 'subject.tsx': 'const h = (name: string) => name;\nexport const subject = <b />;' },
    'b',
  ],
  [
    'aliases of an extended tsconfig with comments',
    {
      'config/base.json': '{ "compilerOptions": { "paths": { "@/*": ["../src/*"], "~lib": ["../src/lib/index"] } } }',
      'tsconfig.json': '{\n  // comments and commas\n  "extends": "./config/base.json",\n}',
      'src/a.ts': `export const a = 1;`,
      'src/lib/index.ts': `export const b = 2;`,
      'subject.ts': `import { a } from '@/a';\nimport { b } from '~lib';\nexport const subject = [a, b];`,
    },
    [1, 2],
  ],
  [
    'baseUrl',
    {
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": "src" } }',
      'src/lib/a.ts': 'export const a = 1;',
      'subject.ts': `import { a } from 'lib/a';\nexport const subject = a;`,
    },
    1,
  ],
  [
    'style sheets, JSON and markers',
    {
      'a.module.css': '.a {}',
      'data.json': '[1]',
      'subject.ts': `import 'server-only';\nimport 'client-only';\nimport './global.css';\nimport css from './a.module.css';\nimport data from './data.json';\nexport const subject = [css.button, data];`,
    },
    ['button', [1]],
  ],
  [
    'a file of a package without its extension',
    {
      'node_modules/pkg/package.json': '{"version":"1.0.0"}',
      'node_modules/pkg/part.js': 'exports.a = 1;',
      'subject.ts': `import { a } from 'pkg/part';\nexport const subject = a;`,
    },
    1,
  ],
])('%s', (_, files, expected) => {
  const file = Object.keys(files).find((name) => name.startsWith('subject.'));
  expect(load(files, file)).toBe(JSON.stringify(expected));
});

test('every file shares this copy of Ratchet', () => {
  const files = { 'subject.ts': `import { UsageError } from 'ratchet';\nexport const subject = UsageError.name;` };
  expect(load(files)).toBe('"UsageError"');
});

test.each<[what: string, files: Record<string, string>, expected: string]>([
  [
    'a syntax error',
    { 'subject.ts': 'export const a = 1;\nexport const = 2;' },
    'subject.ts: cannot be compiled: line 2: Expected identifier but found "="',
  ],
  [
    'a syntax error in an import',
    { 'subject.ts': `import './a';`, 'a.ts': '\n}' },
    'a.ts: cannot be compiled: line 2: Unexpected "}"',
  ],
  [
    'a throw',
    {
      'subject.ts': `import './a';`,
      'a.ts': `interface A {}\n\nconst a: A = {};\nthrow new Error('no\\nkey', { cause: a });`,
    },
    'a.ts:4: cannot be loaded: no',
  ],
  ['a thrown text', { 'subject.ts': `throw 'no key';` }, 'subject.ts: cannot be loaded: no key'],
  ['a missing file', { 'subject.ts': `import './a';` }, `subject.ts: cannot find './a', which it imports`],
  [
    'a missing package',
    { 'subject.ts': `import 'no-such-package';` },
    `subject.ts: cannot find 'no-such-package', which it imports`,
  ],
  [
    'a missing export',
    { 'subject.ts': `import { b } from './a';\nexport const subject = b;`, 'a.ts': 'export const a = 1;' },
    `subject.ts:1: cannot be loaded: The requested module './a' does not provide an export named 'b'`,
  ],
  [
    'a tsconfig that cannot be read',
    { 'tsconfig.json': '{ "extends": "./none.json" }', 'subject.ts': '' },
    `subject.ts: the tsconfig.json for PROJECT cannot be read: File './none.json' not found.`,
  ],
])('%s is an error in one line', (_, files, expected) => {
  expect(load(files).replace(/\/\S*ratchet-user-\w+/, 'PROJECT')).toBe(`UsageError ${expected}`);
});
