/**
 * Runs all tests that this machine can run, and prints which suites were skipped and why. The containers suite runs
 * only if it is required, and never starts an engine. `--require SUITE` makes it an error to skip that suite; `--only
 * SUITE` requires it and runs no other. Other arguments are passed to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnosis } from '../harness/port/backend.ts';
import { findK6 } from '../harness/load/find-k6.ts';
import { findBrowser } from '../harness/report/html/browser.test-support.ts';
import { loadBackend } from '../harness/runner/backend-registry.ts';

const [only, others] = take('--only', process.argv.slice(2));
const [named, rest] = take('--require', others);
const required = [...only, ...named];
const candidates = only.length > 0 ? only : ['unit', 'embedded', 'k6', 'browser', 'containers'];
/** Skipped suite → the reason. */
const skipped = new Map<string, string>();
let images = '';
for (const suite of candidates) {
  const found = isRequested(suite) ? await diagnose(suite) : [];
  const reason = whyNot(suite, found);
  if (reason !== undefined) skipped.set(suite, reason);
  if (suite === 'containers')
    images = found.flatMap(({ what, detail }) => (what.startsWith('image') ? [detail] : [])).join(', ');
}
const suites = candidates.filter((suite) => !skipped.has(suite));
const results = join(mkdtempSync(join(tmpdir(), 'results-')), 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const projects = suites.flatMap((suite) => ['--project', suite]);
const { status } = spawnSync('vitest', ['run', ...projects, ...reporters, ...rest], { stdio: 'inherit' });
console.log(`suites run: ${suites.join(', ')}`);
for (const [suite, reason] of skipped) console.log(`suite skipped: ${suite}, because ${reason}`);
if (suites.includes('containers')) console.log(`images exercised: ${images}`);
if (existsSync(results)) console.log(countOf(results));
rmSync(dirname(results), { recursive: true });
const missing = required.filter((suite) => !suites.includes(suite));
if (missing.length > 0) console.error(`suite required but skipped: ${missing.join(', ')}`);
process.exit(missing.length > 0 ? 1 : (status ?? 1));

function countOf(file: string): string {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  return `${numPassedTests} passed, ${numFailedTests} failed`;
}

async function diagnose(suite: string): Promise<readonly Diagnosis[]> {
  if (suite === 'unit') return [];
  if (suite === 'k6') return [diagnoseK6(), ...(await loadBackend('embedded').then((backend) => backend.diagnose()))];
  if (suite !== 'browser') return (await loadBackend(suite)).diagnose();
  const detail = 'none of $CHROMIUM_PATH, Playwright’s Chromium, chromium and google-chrome is installed';
  return [{ what: 'browser', ok: findBrowser() !== undefined, detail }];
}

function diagnoseK6(): Diagnosis {
  try {
    return { what: 'k6', ok: true, detail: findK6(process.cwd()) };
  } catch (error) {
    return { what: 'k6', ok: false, detail: (error as Error).message };
  }
}

function isRequested(suite: string): boolean {
  return suite !== 'containers' || required.includes(suite);
}

function whyNot(suite: string, found: readonly Diagnosis[]): string | undefined {
  if (!isRequested(suite)) return 'it was not requested with --require containers or --only containers';
  const fault = found.find(({ ok }) => !ok);
  return fault === undefined ? undefined : `${fault.what}: ${fault.detail}`;
}

/** The values of a repeatable option, and the other arguments. */
function take(option: string, args: readonly string[]): [values: string[], rest: string[]] {
  const values = args.flatMap((arg, at) => (args[at - 1] === option ? [arg] : []));
  const rest = args.filter((arg, at) => arg !== option && args[at - 1] !== option);
  return [values, rest];
}
