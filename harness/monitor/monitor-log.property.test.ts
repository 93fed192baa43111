/** What `ratchet check` concludes from the log of a monitor is what it concludes from the history of what was shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeOne } from '../checker/judge-one.test-support.ts';
import type { History, ProgressValue } from '../history/event.ts';
import { check } from '../index.ts';
import { createMonitor, type MonitorOptions } from './monitor.ts';

const STATUS = fc.constantFrom('generating', 'completed', 'failed');
const folder = mkdtempSync(join(tmpdir(), 'monitor-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const value: fc.Arbitrary<ProgressValue> = fc.record(
  { progress: fc.constantFrom(0, 10, 12, 85, 100), generation: fc.constantFrom(1, 1, 1, 2), status: STATUS },
  { requiredKeys: ['progress'] },
);

/** What two sessions are shown of a story. */
const history: fc.Arbitrary<History> = fc
  .array(fc.record({ session: fc.constantFrom('tab-1', 'tab-1', 'tab-2'), value }), { minLength: 1, maxLength: 12 })
  .map((shown) => ({
    header: undefined,
    events: shown.map((each, index) => ({
      ...each,
      index,
      time: index,
      process: each.session,
      type: 'ok',
      f: 'show',
      key: 'story-1',
    })),
  }));

/** The log of a monitor that is given what the sessions of a history are shown. */
function logOf({ events }: History, options: MonitorOptions): string {
  const lines: string[] = [];
  const monitor = createMonitor({ ...options, log: (event) => lines.push(`${JSON.stringify(event)}\n`) });
  for (const { f, key, process, session, value } of events) {
    if (f === 'show') monitor.show(String(key), value as ProgressValue, { session: String(session ?? process) });
  }
  return lines.join('');
}

/** The validity and the number of violations; `undefined` if the log is empty. */
async function checked(log: string): Promise<[unknown, number] | undefined> {
  if (log === '') return undefined;
  const file = join(folder, 'shown.ndjson');
  writeFileSync(file, log);
  const { histories } = await check([file], { properties: ['monotonic-view'] });
  const [verdict] = histories[0]!.verdicts;
  return [verdict!.valid, verdict!.violations.length];
}

describe('the log of a monitor', () => {
  it('that has all values is judged as the history is', async () => {
    const agrees = fc.asyncProperty(history, async (shown) => {
      const { valid, events } = judgeOne(shown, 'monotonic-view');
      expect(await checked(logOf(shown, { logs: 'all' }))).toEqual([valid, events.length]);
    });
    await fc.assert(agrees, { numRuns: 200 });
  });

  it('that has only the reversions is violated where the history is', async () => {
    const agrees = fc.asyncProperty(history, async (shown) => {
      const { valid } = judgeOne(shown, 'monotonic-view');
      expect((await checked(logOf(shown, { logs: 'reversions' })))?.[0] ?? true).toBe(valid);
    });
    await fc.assert(agrees, { numRuns: 200 });
  });

  it.each(['all', 'reversions'] as const)('that holds older values back has no violation: %s', async (logs) => {
    const holds = fc.asyncProperty(history, async (shown) => {
      expect((await checked(logOf(shown, { logs, hold: true })))?.[0] ?? true).toBe(true);
    });
    await fc.assert(holds, { numRuns: 200 });
  });
});
