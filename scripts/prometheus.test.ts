/** A real Prometheus scrapes a canary: a planted reversion fires the alert within one evaluation, and it clears. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { orderSubject, startWatchedServer } from '../harness/watch/watched-server.test-support.ts';
import { root } from './compose.test-support.ts';
import { startPrometheus, whyWithout, type Prometheus } from './prometheus.test-support.ts';

const WAIT = { timeout: 60_000, interval: 100 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Starts `ratchet watch` with metrics, and resolves to the place that Prometheus scrapes: host and port. */
async function startCanary(url: string): Promise<{ child: ChildProcess; target: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'orders.ts'), orderSubject(join(root, 'harness/index.ts')));
  const options = ['--key', 'o-1', '--sessions', '1', '--every', '100ms', '--rate', '20', '--metrics-port', '0'];
  const child = spawn(
    process.execPath,
    [join(root, 'bin/ratchet.js'), 'watch', url, '--subject', 'orders.ts', ...options],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  cleanups.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const found = await vi.waitFor(
    () => /metrics at http:\/\/([\d.:]+)\/metrics/.exec(output) ?? Promise.reject(new Error(output)),
    WAIT,
  );
  return { child, target: found[1]! };
}

/** The alerts with the window of a reversion as short as a test needs, and a record of each evaluation. */
function rulesOfTest(): string {
  const rules = readFileSync(join(root, 'deploy/monitoring/alerts.yml'), 'utf8');
  const shortened = rules.replace(/(ratchet_reversions_total\{[^}]*\})\[5m\]/, '$1[5s]');
  expect(shortened).not.toBe(rules);
  return shortened.replace('    rules:\n', '    rules:\n      - { record: test_evaluation, expr: vector(1) }\n');
}

interface Sample {
  metric: Record<string, string>;
  /** Seconds since 1970. */
  values: [number, string][];
}

async function samplesOf(prometheus: Prometheus, selector: string): Promise<Sample[]> {
  const query = encodeURIComponent(`${selector}[10m]`);
  return ((await prometheus.get(`/api/v1/query?query=${query}`)) as { result: Sample[] }).result;
}

const FIRING = 'ALERTS{alertname="RatchetReversion",alertstate="firing"}';
const REVERSIONS = 'ratchet_reversions_total{ratchet_property="monotonic-view"}';

async function firingAlerts(prometheus: Prometheus): Promise<string[]> {
  const { alerts } = (await prometheus.get('/api/v1/alerts')) as {
    alerts: { labels: { alertname: string }; state: string }[];
  };
  return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname);
}

describe('an alert on a canary', () => {
  const reason = whyWithout('prometheus');
  it('fires within one evaluation after the scrape of a reversion, and clears', async ({ skip }) => {
    skip(reason !== undefined, reason);
    const app = await startWatchedServer();
    cleanups.push(() => app.close());
    const { target } = await startCanary(app.url);
    const prometheus = await startPrometheus(target, rulesOfTest());
    cleanups.push(() => prometheus.close());
    await vi.waitFor(async () => {
      const [series] = await samplesOf(prometheus, REVERSIONS);
      expect(series?.values.length).toBeGreaterThan(3);
    }, WAIT);
    expect(await firingAlerts(prometheus)).toEqual([]);

    app.order = { done: 0.1, phase: 'packing', attempt: 1 };
    await vi.waitFor(async () => expect(await firingAlerts(prometheus)).toEqual(['RatchetReversion']), WAIT);
    const [reversions] = await samplesOf(prometheus, REVERSIONS);
    const scrapedAt = reversions!.values.find(([, count]) => count === '1')![0];
    const [firing] = await vi.waitFor(async () => {
      const found = await samplesOf(prometheus, FIRING);
      expect(found).toHaveLength(1);
      return found;
    }, WAIT);
    const firedAt = firing!.values[0]![0];
    const evaluations = (await samplesOf(prometheus, 'test_evaluation'))[0]!.values.map(([at]) => at);
    // The evaluation that runs while the sample is stored may not see it yet.
    expect(evaluations.filter((at) => at > scrapedAt && at < firedAt).length).toBeLessThanOrEqual(1);

    app.order = { done: 0.9, phase: 'packing', attempt: 1 };
    await vi.waitFor(async () => expect(await firingAlerts(prometheus)).toEqual([]), WAIT);
    const [open] = await samplesOf(prometheus, 'ratchet_reversions_open{ratchet_property="monotonic-view"}');
    expect(open!.values.map(([, count]) => count)).toEqual(expect.arrayContaining(['0', '1']));
    expect(open!.values.at(-1)![1]).toBe('0');
  }, 180_000);
});
