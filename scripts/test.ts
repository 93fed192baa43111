/**
 * All tests that this machine can run, saying which suites were left out and why. That of containers is run only where it
 * is required, and never starts an engine. `--require SUITE` makes it an error to leave that suite out, `--only SUITE`
 * requires it and runs no other; all else goes to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadBackend } from '../harness/runner/registry.ts';

const [only, others] = take('--only', process.argv.slice(2));
const [named, rest] = take('--require', others);
const required = [...only, ...named];
const candidates = only.length > 0 ? only : ['unit', 'embedded', 'containers'];
/** Suites by backend, and why a suite is not run here. */
const leftOut = new Map<string, string>();
for (const suite of candidates) {
  const reason = suite === 'unit' ? undefined : await whyNot(suite);
  if (reason !== undefined) leftOut.set(suite, reason);
}
const suites = candidates.filter((suite) => !leftOut.has(suite));
const results = join(mkdtempSync(join(tmpdir(), 'results-')), 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const projects = suites.flatMap((suite) => ['--project', suite]);
const { status } = spawnSync('vitest', ['run', ...projects, ...reporters, ...rest], { stdio: 'inherit' });
console.log(`suites run: ${suites.join(', ')}`);
for (const [suite, reason] of leftOut) console.log(`suite left out: ${suite}, because ${reason}`);
if (suites.includes('containers')) console.log(`containers exercised: ${await foundBy('containers', 'image')}`);
if (existsSync(results)) console.log(countOf(results));
rmSync(dirname(results), { recursive: true });
const missing = required.filter((suite) => !suites.includes(suite));
if (missing.length > 0) console.error(`suite required but left out: ${missing.join(', ')}`);
process.exit(missing.length > 0 ? 1 : (status ?? 1));

function countOf(file: string): string {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  return `${numPassedTests} passed, ${numFailedTests} failed`;
}

async function whyNot(name: string): Promise<string | undefined> {
  if (name === 'containers' && !required.includes(name))
    return 'it was not asked for with --require containers, nor with --only';
  const fault = (await (await loadBackend(name)).diagnose()).find(({ ok }) => !ok);
  return fault === undefined ? undefined : `${fault.what}: ${fault.detail}`;
}

async function foundBy(name: string, what: string): Promise<string> {
  const found = await (await loadBackend(name)).diagnose();
  return found
    .filter((one) => one.what.startsWith(what))
    .map(({ detail }) => detail)
    .join(', ');
}

/** Values of an option that may be repeated, and the arguments without it. */
function take(option: string, args: readonly string[]): [values: string[], rest: string[]] {
  const values = args.flatMap((arg, at) => (args[at - 1] === option ? [arg] : []));
  const rest = args.filter((arg, at) => arg !== option && args[at - 1] !== option);
  return [values, rest];
}
