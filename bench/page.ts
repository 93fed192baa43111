/** The page of a million events in a browser: its size, when it is painted and drawn, and the memory that it takes. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findBrowser } from '../harness/report/html/browser.test-support.ts';
import { serviceHistory } from './histories.ts';

const EVENTS = 1_000_000;
const MB = 1e6;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
const executablePath = findBrowser();
if (executablePath === undefined) {
  console.error('there is no Chromium');
  process.exit(2);
}
try {
  const history = join(folder, 'history.ndjson');
  for (const chunk of serviceHistory(EVENTS)) appendFileSync(history, chunk);
  const { status, stderr } = spawnSync(process.execPath, ['bin/ratchet.js', 'show', history, '--no-open'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const report = join(folder, 'report.html');
  console.log(`page: ${(statSync(report).size / MB).toFixed(1)} MB for ${EVENTS} events`);
  await measure(report, executablePath);
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(report: string, executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } });
    const before = performance.now();
    await page.goto(pathToFileURL(report).href);
    await page.locator('.lanes *').first().waitFor({ state: 'attached', timeout: 120_000 });
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    console.log(`first paint: ${Number(paint).toFixed(0)} ms`);
    console.log(`timeline drawn: ${(performance.now() - before).toFixed(0)} ms`);
    console.log(`memory: ${await memoryOf(page)}`);
  } finally {
    await browser.close();
  }
}

async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as Record<string, number>;
  const own = `JavaScript ${((usedSize! + backingStorageSize!) / MB).toFixed(0)} MB`;
  const ofProcess = process.platform === 'linux' ? rendererMemory() : undefined;
  return ofProcess === undefined ? own : `${own}, process ${ofProcess.toFixed(0)} MB, shared pages in proportion`;
}

/** Of the largest renderer of the browser that this process has started, in MB. */
function rendererMemory(): number | undefined {
  const sizes = readdirSync('/proc').flatMap((pid) => {
    try {
      const isRenderer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer');
      const [, kilobytes] =
        /^Pss: +(\d+)/m.exec(isRenderer ? readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8') : '') ?? [];
      return kilobytes === undefined ? [] : [(Number(kilobytes) * 1_024) / MB];
    } catch {
      return [];
    }
  });
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}
