// The main demonstration, on the default backend: the violation in `legacy`, then the same plan on `guarded`, which passes.
import { spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Of its own: another run at the same time would change which one is the latest. */
const reports = join('reports', 'reproduction');

function ratchet(...args) {
  console.log(`$ ratchet ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'ratchet.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 2;
}

const violated = ratchet('run', 'lagging-replica', '--subject', 'legacy', '--report', reports);
if (violated !== 1) fail(violated, 'legacy was expected to be violated, and was not');
const latest = join(root, reports, 'latest');
if (!existsSync(latest)) fail(2, 'the run left no report');
const plan = join(reports, readlinkSync(latest), 'plan.json');
const passed = ratchet('replay', plan, '--subject', 'guarded', '--report', reports);
if (passed !== 0) fail(passed, 'guarded was expected to pass with the same plan, and did not');
console.log('Reproduced: legacy goes back from 85% to 10%; guarded passes with the same plan.');

function fail(status, reason) {
  console.error(`Not reproduced: ${reason} (exit code ${status}).`);
  process.exit(status === 0 ? 1 : status);
}
