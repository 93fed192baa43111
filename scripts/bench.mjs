// The benchmarks of bench/, one after the other; or those whose names are given. That of containers may be
// left out, unless it is named.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = ['checkers', 'simulator', 'explore', 'containers'];
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`no benchmark is called "${unknown}": there is ${names.join(', ')}`);
  process.exit(64);
}
let worst = 0;
for (const name of wanted.length === 0 ? names : wanted) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', `bench/${name}.ts`], { cwd: root, stdio: 'inherit' });
  // Not everybody has an engine; who asks for that benchmark by its name needs one.
  if (name === 'containers' && wanted.length === 0 && status === 2) console.error('benchmark left out: containers');
  else worst = Math.max(worst, status ?? 2);
}
process.exit(worst);
