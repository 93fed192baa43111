// Copies the subjects, and the application and remedies that they are made of, to the folder `examples` of the package.
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [examples = join(root, 'examples')] = process.argv.slice(2);
const FOLDERS = ['story-app', 'remedies', 'subjects'];
const isForTests = (path) => /\.(test|case|test-support)\.ts$/.test(path) || path.split(sep).includes('test-support');

rmSync(examples, { recursive: true, force: true });
for (const folder of FOLDERS) {
  const from = join(root, 'fixtures', folder);
  cpSync(from, join(examples, folder), { recursive: true, filter: (path) => !isForTests(path.slice(from.length)) });
}
// In the package, the subjects import Ratchet as any project does.
for (const name of readdirSync(examples, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts')) continue;
  const file = join(examples, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/'(\.\.\/)+harness\/index\.ts'/, "'ratchet'"));
}
