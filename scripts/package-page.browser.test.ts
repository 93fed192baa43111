/** The page that a built package writes, in a browser: a build has its program and style beside the modules. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { formatEvent } from '../harness/history/codec.ts';
import { findBrowser } from '../harness/report/html/browser.test-support.ts';
import { lagging } from '../harness/report/html/report-file.test-support.ts';
import { required } from '../harness/required.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'package-page-'));
const ratchet = join(project, 'node_modules/ratchet');
afterAll(() => rmSync(project, { recursive: true, force: true }));

function node(args: readonly string[], cwd: string, code = 0): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(code);
}

it('the page of a built package opens, and leads to the poll that was answered with an older value', async () => {
  mkdirSync(ratchet, { recursive: true });
  const dist = join(ratchet, 'dist');
  node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', dist], root);
  node([join(root, 'scripts/supply/finish-build.ts'), dist], root);
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(ratchet, name), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  writeFileSync(
    join(project, 'history.ndjson'),
    lagging()
      .events.map((event) => `${formatEvent(event)}\n`)
      .join(''),
  );
  node(['node_modules/ratchet/bin/ratchet.js', 'show', 'history.ndjson'], project);
  expect(existsSync(join(dist, 'harness/report/html/page/page-main.js'))).toBe(false);

  const executablePath = required(findBrowser(), 'a browser');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(pathToFileURL(join(project, 'report.html')).href);
    await page.getByRole('button', { name: 'tab-1 was shown 10%' }).first().click();
    await expect.poll(() => page.locator('circle.selected').count()).toBe(1);
    expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});
