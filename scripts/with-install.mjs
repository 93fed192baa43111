// node scripts/with-install.mjs COMMAND [ARG…]: installs the dependencies if they are missing or older than the
// lock file, then runs the command with the project's own Node first on the PATH. Plain JavaScript, for any version of Node.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };

function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error) {
    console.error(`cannot run ${command}: ${error.message}`);
    process.exit(2);
  }
  return signal === null ? status : 2;
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error('installing dependencies (npm ci) …');
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    console.error('npm ci failed: see above; the first install needs access to the npm registry');
    process.exit(2);
  }
}
const [command, ...args] = process.argv.slice(2);
process.exit(run(command, args));
