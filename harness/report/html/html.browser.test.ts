/** Opens reports in a real browser, from disk. */
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatEvent } from '../../history/codec.ts';
import { historyOf, progress, show } from '../../history/history.test-support.ts';
import type { JudgedRun } from '../../port/reporter.ts';
import { title } from '../judged-run.test-support.ts';
import { required } from '../../required.ts';
import { findBrowser } from './browser.test-support.ts';
import { lagging, reportOf, runOf } from './report-file.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
const steady = historyOf([show('tab-1', progress(10)), show('tab-1', progress(85))]);
const REPLAY = 'ratchet replay plan.json --subject legacy';
let browser: Browser;
let problems: string[] = [];
let files = 0;

beforeAll(async () => {
  const executablePath = required(findBrowser(), 'a browser');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Whatever a page of a test logs or requests is an error. */
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  const found = problems;
  problems = [];
  if (found.length > 0) throw new Error(found.join('\n'));
});

async function open(report: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  files += 1;
  const file = join(folder, `${files}.html`);
  writeFileSync(file, report);
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1_200, height: 900 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('blob:')) problems.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

const runs: readonly JudgedRun[] = [
  runOf(lagging(), { ...title('lagging-replica', { subject: 'legacy' }), expected: false, replay: REPLAY }),
  runOf(lagging('phone', 'order-7'), title('other-device', { subject: 'legacy' })),
  { ...runOf(steady, title('lagging-replica')), valid: true, expected: true },
  { ...runOf(steady, title('other-device')), valid: 'unknown' },
];
const leftOut = [{ title: title('failover'), reason: 'this backend cannot promote a replica' }];

/** The serious findings, each as its rule and its first place. */
async function inaccessible(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate('axe.run().then(({ violations }) => violations)');
  const violations = found as { id: string; impact: string; nodes: { html: string }[] }[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe('a report in a browser', () => {
  it('leads from the overview to the poll that was answered with an older value, by two clicks', async () => {
    const page = await open(await reportOf(runs, { leftOut }));
    expect(await page.locator('.counts').innerText()).toContain(
      '1 passed, 2 violated (1 as expected), 1 inconclusive, 1 left out',
    );
    await page.getByRole('link', { name: 'lagging-replica · legacy' }).click();
    await page.getByRole('button', { name: 'tab-1 was shown 10%' }).click();
    expect(await page.locator('tr[aria-current]').innerText()).toMatch(
      /tab-1\s+was shown 10% of story-1\s+served by replica-1/,
    );
    await expect.poll(() => page.locator('.selection code').innerText()).toContain('"f":"show"');
    expect(await page.locator('circle.selected').count()).toBe(1);
    expect(page.url()).toContain('#/run/0/event/12');
    const [shown, ring] = await Promise.all([
      page.locator('circle.violation').last().getAttribute('cx'),
      page.locator('circle.selected').getAttribute('cx'),
    ]);
    expect(Number(ring)).toBeCloseTo(Number(shown), 0);
  });

  it('opens a run and an event by its address, and goes back to the overview', async () => {
    const page = await open(await reportOf(runs));
    await page.goto(`${page.url()}#/run/1/event/11`);
    expect(await page.locator('tr[aria-current]').innerText()).toMatch(
      /phone\s+read 10% of order-7\s+served by replica-1/,
    );
    // The browser tells the page of another address after the navigation.
    const headed = (text: string): Promise<void> => page.locator('h1', { hasText: text }).waitFor();
    await page.getByRole('link', { name: 'all runs' }).click();
    await headed('ratchet run');
    expect(await page.locator('h1').innerText()).toBe('ratchet run');
    await page.goto(`${page.url()}run/1/event/9999`);
    await headed('other-device · legacy');
    expect(await page.locator('h1').innerText()).toBe('other-device · legacy');
    expect(await page.locator('tr[aria-current]').count()).toBe(0);
  });

  it('filters the runs by text, by verdict, and by a cell of the matrix', async () => {
    const page = await open(await reportOf(runs));
    const rows = page.locator('.runs tbody tr');
    await page.getByRole('searchbox', { name: 'Filter' }).fill('order-7');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('other-device · legacy')]);
    await page.getByRole('searchbox', { name: 'Filter' }).fill('');
    await page.getByLabel('Verdict').selectOption('inconclusive');
    expect(await rows.count()).toBe(1);
    await page.getByLabel('Verdict').selectOption('all verdicts');
    await page.getByRole('button', { name: 'lagging-replica, guarded: 1 held' }).click();
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('lagging-replica · guarded')]);
    await page.getByRole('button', { name: 'Show all again' }).click();
    expect(await rows.count()).toBe(4);
  });

  it('draws a lane for each tab and worker, the primary, the replica with its lag, and the requests', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    const names = await page.locator('.lanes text.strong').allTextContents();
    expect(names).toEqual([
      'lag · replica-1',
      'tab-1 · story-1',
      'worker-1 · story-1',
      'primary · story-1',
      'replica-1 · story-1',
    ]);
    expect(await page.locator('path.lag').count()).toBe(1);
    expect(await page.locator('path.arc.marked').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'tab-1 was shown 10%' }).hover();
    await expect.poll(() => page.locator('circle.hinted').count()).toBe(1);
  });

  it('is operated by the keyboard: zoom, move, fit, next event', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    const ticks = (): Promise<string[]> => page.locator('.lanes svg').first().locator('text.dim').allTextContents();
    // The timeline is drawn in the frame after the page.
    await expect.poll(ticks).not.toEqual([]);
    const all = await ticks();
    await page.getByRole('group', { name: 'Timeline of' }).focus();
    await page.keyboard.press('+');
    await expect.poll(ticks).not.toEqual(all);
    await page.keyboard.press('0');
    await expect.poll(ticks).toEqual(all);
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    expect(await page.locator('tr[aria-current]').innerText()).toContain('began to write 10%');
  });

  it('finds events by their words', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    await page.getByLabel('Search').fill('10% replica-1');
    expect(await page.locator('.events caption').innerText()).toBe('2 found');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('/event/11');
  });

  it('selects the nearest event of the lane that is clicked', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    const mark = page.locator('circle.violation').last();
    await mark.click();
    expect(await page.locator('tr[aria-current]').innerText()).toMatch(/10% of story-1/);
  });

  it('gives the replay command, and the history as it was recorded', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    expect(await page.locator('.command code').innerText()).toBe(REPLAY);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download history' }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toBe(
      lagging()
        .events.map((event) => `${formatEvent(event)}\n`)
        .join(''),
    );
  });

  it.each(['light', 'dark'] as const)('is accessible, in %s colours', async (scheme) => {
    const page = await open(await reportOf(runs, { leftOut }), scheme);
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('link', { name: 'lagging-replica · legacy' }).click();
    await page.getByRole('button', { name: 'tab-1 was shown 10%' }).click();
    expect(await inaccessible(page)).toEqual([]);
  });

  it('shows names and messages of others as text, in which nothing can run or hide', async () => {
    const attack = '</script><script>document.title="forged"</script><img src=x onerror="document.title=\'forged\'">';
    const key = `${attack}\u202Eover 😀\u0000<!--`;
    const hostile = runOf(lagging(attack, key), { ...title(attack), notes: [attack], replay: attack });
    const page = await open(await reportOf([hostile, ...runs.slice(1)]));
    expect(await page.title()).not.toContain('forged');
    expect(await page.locator('.runs').innerText()).toContain('<img src=x');
    await page.locator('.runs a').first().click();
    expect(await page.locator('.stories h2').innerText()).toContain(String.raw`\u{202e}over 😀\u{0}<!--`);
    await page.locator('.stories button').last().click();
    await expect.poll(() => page.locator('.selection code').innerText()).toContain('"f":"show"');
    expect(await page.title()).toContain('<script>');
    expect(await page.locator('img').count()).toBe(0);
  });

  it('is printed with all lanes, without the buttons', async () => {
    const page = await open(await reportOf(runs.slice(0, 1)));
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: 'Download history' }).isVisible()).toBe(false);
    const isWhole =
      "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1)(document.querySelector('.lanes'))";
    expect(await page.evaluate(isWhole)).toBe(true);
  });

  it('holds ten thousand runs with hostile names', async () => {
    const name = '</script><img src=x onerror=alert(1)>\u001B[32m✓\u202E😀\u0000]]>&"';
    const histories = [steady, lagging(name, name)];
    const [held, violated] = histories.map((history) => runOf(history, title(name, { subject: name })));
    function* many(): Generator<JudgedRun> {
      for (let seed = 0; seed < 10_000; seed++) yield { ...(seed === 9_876 ? violated! : held!), seed };
    }
    const page = await open(await reportOf(many()));
    expect(await page.locator('.runs caption').innerText()).toBe('10000 of 10000 rows');
    await page.getByRole('searchbox', { name: 'Filter' }).fill('seed 9876');
    await page.locator('.runs a').first().click();
    const sentence = await page.locator('.stories h2').innerText();
    expect(sentence).toContain('from 85% back to 10%');
    expect(sentence).toContain(String.raw`</script><img src=x onerror=alert(1)>\u{1b}[32m✓\u{202e}😀\u{0}]]>&"`);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('draws of a long history what is visible, at the violation first', async () => {
    const events = Array.from({ length: 60_000 }, (_, at) =>
      show(`tab-${at % 50}`, progress(at === 30_000 ? 0 : Math.floor((at / 60_000) * 99) + 1)),
    );
    const page = await open(await reportOf([runOf(historyOf(events), title('long'))]));
    expect(await page.locator('circle.violation').count()).toBe(2);
    expect(await page.locator('.lanes *').count()).toBeLessThan(3_000);
    expect(await page.locator('.events caption').innerText()).toBe('1 to 50 of 60000 events');
  });
});
