// Runs the benchmarks of bench/ one after the other, or only those given by name. The containers benchmark is skipped
// if there is no engine, unless it is given by name. `page`, `soak`, `kills`, `fuzz`, `spoiled-logs` and
// `streams` run only by name.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const usual = ['checkers', 'simulator', 'migrations', 'explore', 'containers'];
const names = [...usual, 'page', 'soak', 'kills', 'fuzz', 'spoiled-logs', 'streams'];
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`no benchmark is called "${unknown}"; available: ${names.join(', ')}`);
  process.exit(64);
}
let worst = 0;
for (const name of wanted.length === 0 ? usual : wanted) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', `bench/${name}.ts`], { cwd: root, stdio: 'inherit' });
  // Without an engine this benchmark ends with 2, which is an error only if it was given by name.
  if (name === 'containers' && wanted.length === 0 && status === 2) console.error('benchmark skipped: containers');
  else worst = Math.max(worst, status ?? 2);
}
process.exit(worst);
