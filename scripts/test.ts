/**
 * All tests that this machine can run, saying which suites were left out and why.
 * `--require SUITE` makes it an error to leave that suite out; all else goes to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadBackend } from '../harness/runner/registry.ts';

const [required, rest] = takeRequired(process.argv.slice(2));
const reason = await whyNotEmbedded();
const suites = ['unit', ...(reason === undefined ? ['embedded'] : [])];
const results = join(mkdtempSync(join(tmpdir(), 'results-')), 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const projects = suites.flatMap((suite) => ['--project', suite]);
const { status } = spawnSync('vitest', ['run', ...projects, ...reporters, ...rest], { stdio: 'inherit' });
console.log(`suites run: ${suites.join(', ')}`);
if (reason !== undefined) console.log(`suite left out: embedded, because ${reason}`);
if (existsSync(results)) console.log(countOf(results));
rmSync(dirname(results), { recursive: true });
const missing = required.filter((suite) => !suites.includes(suite));
if (missing.length > 0) console.error(`suite required but left out: ${missing.join(', ')}`);
process.exit(missing.length > 0 ? 1 : (status ?? 1));

function countOf(file: string): string {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  return `${numPassedTests} passed, ${numFailedTests} failed`;
}

async function whyNotEmbedded(): Promise<string | undefined> {
  const backend = await loadBackend('embedded');
  const fault = (await backend.diagnose()).find(({ ok }) => !ok);
  return fault === undefined ? undefined : `${fault.what}: ${fault.detail}`;
}

function takeRequired(args: readonly string[]): [required: string[], rest: string[]] {
  const required = args.flatMap((arg, at) => (args[at - 1] === '--require' ? [arg] : []));
  const rest = args.filter((arg, at) => arg !== '--require' && args[at - 1] !== '--require');
  return [required, rest];
}
