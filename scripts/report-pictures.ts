/**
 * Makes the pictures of docs/REPORTS.md: one reversion, as Ratchet's page, Porcupine's page and Playwright's report show it.
 * It needs Go, a Chromium, and packages that it installs in a folder of its own: node scripts/report-pictures.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findBrowser } from '../harness/report/html/browser.test-support.ts';

const SPEC = `import { test, expect } from '@playwright/test';
const shown = SHOWN;

test('progress never goes backwards', async ({ page }) => {
  await page.setContent('<h1>story-1</h1><output>0%</output>');
  let highest = 0;
  for (const percent of shown) {
    await page.locator('output').evaluate((output, text) => (output.textContent = text), percent + '%');
    const seen = Number.parseInt(await page.locator('output').innerText());
    expect(seen, 'the progress that the page shows').toBeGreaterThanOrEqual(highest);
    highest = seen;
  }
});
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs/pictures');
/** In the checkout, so that the page names short paths. */
const reports = 'reports/pictures';
const folder = mkdtempSync(join(tmpdir(), 'report-pictures-'));
const executablePath = findBrowser();
if (executablePath === undefined) fail('there is no Chromium: install one, or set CHROMIUM_PATH');
mkdirSync(pictures, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const run = runScenario();
  await take('ratchet', { file: join(run, 'report.html'), height: 1_060 }, async (page) => {
    await page.getByRole('button', { name: 'tab-1 was shown 10%' }).first().click();
  });
  await take('porcupine', { file: porcupinePage(run), height: 300 }, async (page) => {
    await page.locator('#jump-link').click();
  });
  await take('playwright', { file: playwrightReport(run), height: 720 }, async (page) => {
    await page.getByText('progress never goes backwards').first().click();
  });
} finally {
  await browser.close();
  for (const each of [folder, join(root, reports)]) rmSync(each, { recursive: true, force: true });
}

/** @returns the folder of the run */
function runScenario(): string {
  const program = join(root, 'bin/ratchet.js');
  const options = ['--subject', 'legacy', '--backend', 'simulated', '--report', reports];
  execute(process.execPath, [program, 'run', 'lagging-replica', ...options], root, [1]);
  const run = join(root, reports, 'latest');
  execute(process.execPath, [program, 'show', run], root);
  return run;
}

interface Line {
  time: number;
  process: string;
  type: string;
  f: string;
  value?: { progress: number };
}

function eventsOf(run: string): Line[] {
  const [, ...lines] = readFileSync(join(run, 'history.ndjson'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** The reads and writes of the run as operations of a register. */
function porcupinePage(run: string): string {
  const clients: string[] = [];
  const pending = new Map<string, Line>();
  const operations = eventsOf(run).flatMap((event) => {
    if (event.f !== 'read' && event.f !== 'write') return [];
    const begun = pending.get(event.process);
    if (event.type === 'invoke') pending.set(event.process, event);
    if (event.type !== 'ok' || begun === undefined) return [];
    if (!clients.includes(event.process)) clients.push(event.process);
    const client = clients.indexOf(event.process);
    const value = event.value?.progress ?? 0;
    return [{ client, isWrite: event.f === 'write', value, call: begun.time, return: event.time + 1 }];
  });
  const [input, page] = [join(folder, 'operations.json'), join(folder, 'porcupine.html')];
  writeFileSync(input, JSON.stringify(operations));
  execute('go', ['run', '.', input, page], join(root, 'scripts/report-pictures'));
  return page;
}

/** A test that looks at the page of the application, which shows what the run has recorded. */
function playwrightReport(run: string): string {
  const project = join(folder, 'playwright');
  mkdirSync(project);
  const shown = eventsOf(run).flatMap(({ f, value }) => (f === 'show' && value !== undefined ? [value.progress] : []));
  const launchOptions = { executablePath, args: ['--no-sandbox'] };
  const use = { screenshot: 'on', trace: 'off', launchOptions };
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(join(project, 'story.spec.js'), SPEC.replace('SHOWN', JSON.stringify(shown)));
  writeFileSync(join(project, 'playwright.config.js'), `export default ${JSON.stringify({ use })};\n`);
  execute('npm', ['install', '--silent', '--no-audit', '--no-fund', '@playwright/test'], project);
  execute('npx', ['playwright', 'test', '--reporter=html'], project, [1]);
  return join(project, 'playwright-report/index.html');
}

/** @param shown the page, and how many pixels of it from the top */
async function take(
  name: string,
  { file, height }: { file: string; height: number },
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_100, height }, colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  await prepare(page);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.close();
  console.log(join('docs/pictures', `${name}.png`));
}

function execute(command: string, args: readonly string[], cwd: string, codes: readonly number[] = [0]): void {
  const env = { ...process.env, PLAYWRIGHT_HTML_OPEN: 'never', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  if (!codes.includes(status ?? -1)) fail(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(2);
}
