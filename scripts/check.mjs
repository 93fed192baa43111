// The whole quality gate, its parts side by side: types, lint, format, layers, dead code.
import { spawn } from 'node:child_process';

const parts = {
  types: ['tsc', '--noEmit'],
  lint: ['oxlint', '--deny-warnings'],
  format: ['oxfmt', '--check'],
  layers: ['depcruise', '--config', '.dependency-cruiser.cjs', 'harness', 'scenarios', 'fixtures', 'ratchet.config.ts'],
  'dead code': ['knip'],
};

const results = await Promise.all(Object.entries(parts).map(([name, [command, ...args]]) => run(name, command, args)));
for (const { name, status, output } of results) {
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
  if (status !== 0) console.log(output.replaceAll(/^/gm, '    '));
}
process.exit(results.every(({ status }) => status === 0) ? 0 : 1);

function run(name, command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ name, status: 2, output: error.message }));
    child.on('close', (status) => resolve({ name, status, output }));
  });
}
