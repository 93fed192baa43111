/**
 * All tests that this machine can run, saying which suites were left out and why. That of containers is run only where it
 * is required, and never starts an engine. `--require SUITE` makes it an error to leave that suite out, `--only SUITE`
 * requires it and runs no other; all else goes to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnosis } from '../harness/port/backend.ts';
import { loadBackend } from '../harness/runner/registry.ts';

const [only, others] = take('--only', process.argv.slice(2));
const [named, rest] = take('--require', others);
const required = [...only, ...named];
const candidates = only.length > 0 ? only : ['unit', 'embedded', 'containers'];
/** Suites by backend, and why a suite is not run here. */
const leftOut = new Map<string, string>();
let images = '';
for (const suite of candidates) {
  const found = suite === 'unit' || !isAskedFor(suite) ? [] : await (await loadBackend(suite)).diagnose();
  const reason = whyNot(suite, found);
  if (reason !== undefined) leftOut.set(suite, reason);
  if (suite === 'containers')
    images = found.flatMap(({ what, detail }) => (what.startsWith('image') ? [detail] : [])).join(', ');
}
const suites = candidates.filter((suite) => !leftOut.has(suite));
const results = join(mkdtempSync(join(tmpdir(), 'results-')), 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const projects = suites.flatMap((suite) => ['--project', suite]);
const { status } = spawnSync('vitest', ['run', ...projects, ...reporters, ...rest], { stdio: 'inherit' });
console.log(`suites run: ${suites.join(', ')}`);
for (const [suite, reason] of leftOut) console.log(`suite left out: ${suite}, because ${reason}`);
if (suites.includes('containers')) console.log(`containers exercised: ${images}`);
if (existsSync(results)) console.log(countOf(results));
rmSync(dirname(results), { recursive: true });
const missing = required.filter((suite) => !suites.includes(suite));
if (missing.length > 0) console.error(`suite required but left out: ${missing.join(', ')}`);
process.exit(missing.length > 0 ? 1 : (status ?? 1));

function countOf(file: string): string {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  return `${numPassedTests} passed, ${numFailedTests} failed`;
}

function isAskedFor(suite: string): boolean {
  return suite !== 'containers' || required.includes(suite);
}

function whyNot(suite: string, found: readonly Diagnosis[]): string | undefined {
  if (!isAskedFor(suite)) return 'it was not asked for with --require containers, nor with --only';
  const fault = found.find(({ ok }) => !ok);
  return fault === undefined ? undefined : `${fault.what}: ${fault.detail}`;
}

/** Values of an option that may be repeated, and the arguments without it. */
function take(option: string, args: readonly string[]): [values: string[], rest: string[]] {
  const values = args.flatMap((arg, at) => (args[at - 1] === option ? [arg] : []));
  const rest = args.filter((arg, at) => arg !== option && args[at - 1] !== option);
  return [values, rest];
}
