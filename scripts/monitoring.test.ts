/** The files of deploy/monitoring are valid, and agree with the metrics that `ratchet watch` serves. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CANARY_PROPERTIES } from '../harness/watch/canary-memory.ts';
import { openMetrics } from '../harness/watch/open-telemetry.ts';
import { root } from './compose.test-support.ts';
import { whyWithout } from './prometheus.test-support.ts';

const folder = join(root, 'deploy/monitoring');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

interface Alert {
  alert: string;
  expr: string;
  annotations: { runbook: string };
}
const { groups } = parse(read('alerts.yml')) as { groups: { rules: Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);

/** The names of the series that a canary serves after it has seen one of each kind. */
async function servedSeries(): Promise<Set<string>> {
  const { metrics, url } = await openMetrics({ prometheusPort: 0 });
  metrics.polled('ok', 0.1);
  metrics.stale(0);
  metrics.changed();
  metrics.subscriptions({ joined: 1, broken: 0 });
  for (const property of CANARY_PROPERTIES) {
    metrics.reverted(property, 0);
    metrics.open(property, 0);
  }
  const text = await (await fetch(url!)).text();
  await metrics.close();
  return new Set(text.split('\n').flatMap((line) => /^ratchet_\w+/.exec(line) ?? []));
}

const seriesIn = (text: string): string[] => text.match(/\bratchet_\w+(?=[{[) ]|$)/gm) ?? [];
const LABELS = ['ratchet_property', 'ratchet_outcome', 'ratchet_state'];

describe('the alerts and the dashboard', () => {
  it('use series that the canary serves', async () => {
    const served = await servedSeries();
    const { panels } = JSON.parse(read('dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
    const queries = [
      ...alerts.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const used = new Set(queries.flatMap(seriesIn).filter((name) => !LABELS.includes(name)));
    expect(used.size).toBeGreaterThan(5);
    expect([...used].filter((name) => !served.has(name))).toEqual([]);
  });

  it('are listed in the documentation: every metric and every alert', async () => {
    const page = readFileSync(join(root, 'docs/CANARY.md'), 'utf8');
    const names = [...(await servedSeries())].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(
      [...new Set([...names, ...alerts.map(({ alert }) => alert)])].filter((name) => !page.includes(name)),
    ).toEqual([]);
  });

  it.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook] as const))(
    '%s has a runbook with its name',
    (alert, runbook) => {
      expect(readFileSync(join(root, runbook), 'utf8')).toMatch(new RegExp(`^# ${alert}\n`));
    },
  );
});

describe('the runbooks', () => {
  const pages = readdirSync(join(folder, 'runbooks')).map((name) => join(folder, 'runbooks', name));
  it.each(pages)('%s links to files that exist, and names causes of the catalogue', (page) => {
    const catalogue = readFileSync(join(root, 'docs/CATALOGUE.md'), 'utf8');
    const links = [...readFileSync(page, 'utf8').matchAll(/\[([^\]]+)\]\(([^)#]+)(?:#([^)]*))?\)/g)];
    for (const [, text, file, cause] of links) {
      expect(existsSync(join(dirname(page), file!)), file).toBe(true);
      if (cause === undefined) continue;
      expect(text).toBe(cause);
      expect(catalogue).toContain(`\n### \`${cause}\`\n`);
    }
    expect(links.length).toBeGreaterThan(0);
  });
});

describe('promtool', () => {
  const reason = whyWithout('promtool');
  it.for([
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])('accepts: %s %s %s', (args, { skip }) => {
    skip(reason !== undefined, reason);
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
  });

  it('accepts what the canary serves', async ({ skip }) => {
    skip(reason !== undefined, reason);
    const { metrics, url } = await openMetrics({ prometheusPort: 0 });
    metrics.polled('ok', 0.1);
    const input = await (await fetch(url!)).text();
    await metrics.close();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
  });
});
