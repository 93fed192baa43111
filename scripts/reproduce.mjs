// The main job on the embedded default: the reversion in `legacy`, then the same plan on the subject that holds.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function ratchet(...args) {
  console.log(`$ ratchet ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'ratchet.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 2;
}

const reverted = ratchet('run', 'lagging-replica', '--subject', 'legacy');
if (reverted !== 1) fail(reverted, 'the reversion was expected in legacy, and was not seen');
const latest = join(root, 'reports', 'latest');
if (!existsSync(latest)) fail(2, 'the run left no report');
const held = ratchet(
  'replay',
  join(realpathSync(latest).slice(realpathSync(root).length + 1), 'plan.json'),
  '--subject',
  'guarded',
);
if (held !== 0) fail(held, 'guarded was expected to hold under the same plan, and did not');
console.log('Reproduced: legacy goes back from 85% to 10%, guarded holds under the same plan.');

function fail(status, reason) {
  console.error(`Not reproduced: ${reason} (exit code ${status}).`);
  process.exit(status === 0 ? 1 : status);
}
