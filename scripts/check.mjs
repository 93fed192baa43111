// The quality gate: runs every `check:…` script of package.json in parallel.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const parts = Object.entries(scripts).filter(([name]) => name.startsWith('check:'));
const results = await Promise.all(parts.map(([name, command]) => run(name.slice('check:'.length), command)));
for (const { name, status, output } of results) {
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
  if (status !== 0) console.log(output.replaceAll(/^/gm, '    '));
}
process.exit(results.every(({ status }) => status === 0) ? 0 : 1);

function run(name, command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ name, status: 2, output: error.message }));
    child.on('close', (status) => resolve({ name, status, output }));
  });
}
