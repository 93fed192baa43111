/** docs/CANARY.md and docs/MONITOR.md agree with the code. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMonitor, type MonitorEvent } from '../harness/monitor/monitor.ts';
import { readSettings } from '../harness/watch/canary-settings.ts';
import { orderSubject, startWatchedServer } from '../harness/watch/watched-server.test-support.ts';
import { root } from './compose.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'canary-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block!);

describe('CANARY.md', () => {
  const text = page('CANARY.md');
  const [example = ''] = blocks(text, 'json');

  it('has an example of settings that is valid, and a row for each field', () => {
    const file = join(folder, 'example.json');
    writeFileSync(file, example);
    const settings = readSettings(file, {});
    expect(settings).toEqual(JSON.parse(example));
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const isListed = (field: string): boolean => rows.some((row) => row.split('|')[1]!.includes(`\`${field}\``));
    expect(Object.keys(settings).filter((field) => !isListed(field))).toEqual([]);
  });

  it('names the defaults of the settings', () => {
    const defaults = readSettings(undefined, { keys: ['a'] });
    const { channel, sessions, every_ms: everyMs, requests_per_second_max: rate } = defaults;
    expect(text).toContain(`as the options above | \`${channel}\`, ${sessions}, ${everyMs}, ${rate} |`);
  });

  it('names the options that the command has', () => {
    const { stdout } = spawnSync(process.execPath, [join(root, 'bin/ratchet.js'), 'watch', '--help'], {
      encoding: 'utf8',
    });
    const named = text.match(/--[a-z][a-z-]+/g)!.filter((option) => option !== '--watch' && option !== '--');
    expect([...new Set(named)].filter((option) => !stdout.includes(option))).toEqual([]);
  });

  it('begins with a command that works', async () => {
    const app = await startWatchedServer();
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'my-subject.ts'), orderSubject(join(root, 'harness/index.ts')));
    const [command = ''] = blocks(text, 'sh');
    const args = command
      .trim()
      .replace('https://staging.example.com', app.url)
      .replace('30min', '2s')
      .split(' ')
      .slice(1);
    const child = spawn(process.execPath, [join(root, 'bin/ratchet.js'), ...args], { cwd: folder, stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    await app.close();
    expect(code).toBe(0);
    expect(app.requests[0]).toBe('GET /orders/job-7/progress');
  });
});

describe('MONITOR.md', () => {
  const text = page('MONITOR.md');

  it('shows events with the fields that the monitor gives them', () => {
    const events: MonitorEvent[] = [];
    const monitor = createMonitor({
      session: '3127-8841',
      source: 'job-page',
      logs: 'all',
      log: (event) => events.push(event),
    });
    for (const progress of [85, 10]) monitor.show('job-7', { progress, status: 'rendering' });
    const shown = blocks(text, 'json')[0]!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as MonitorEvent);
    const without = ({ time, ...rest }: MonitorEvent) => ({ ...rest, isTimed: time !== '' });
    expect(shown.map(without)).toEqual(events.map(without));
  });
});
