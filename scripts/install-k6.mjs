// Builds k6 from its Go module into a cache folder of the project, where `ratchet load` finds it. Needs Go.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { K6_FOLDER, K6_VERSION } from '../harness/load/find-k6.ts';

const folder = resolve(K6_FOLDER);
const program = join(folder, 'k6');
if (isInstalled()) {
  console.log(`k6 ${K6_VERSION} is in ${K6_FOLDER}`);
} else {
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  const { status, error } = spawnSync('go', ['install', `go.k6.io/k6@v${K6_VERSION}`], { env, stdio: 'inherit' });
  if (error !== undefined) {
    console.error(`k6 cannot be built: ${error.code === 'ENOENT' ? 'Go is not installed' : error.message}`);
    process.exit(2);
  }
  process.exit(status ?? 2);
}

function isInstalled() {
  if (!existsSync(program)) return false;
  const { stdout } = spawnSync(program, ['version'], { encoding: 'utf8' });
  return String(stdout).includes(`v${K6_VERSION}`);
}
