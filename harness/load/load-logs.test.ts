import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Exchange } from '../gateway/gateway.ts';
import { manualClock } from '../recording/virtual.test-support.ts';
import type { RunningParts } from '../runner/run-plan.ts';
import { LoadLogs } from './load-logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-load-logs-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the requests of tabs are all in the file when it is closed, in their order, however many there are', async () => {
  const file = join(folder, 'services.ndjson');
  const logs = new LoadLogs(file);
  const run = {
    clock: manualClock(),
    commitsDelivered: async () => undefined,
    takeService: () => ({ attempts: 1, served_by: 'replica-1' }),
  } as unknown as RunningParts;
  await logs.follow(run, AbortSignal.abort());
  const operations = Array.from({ length: 1_000 }, (_, at) => `load-1#${at + 1}`);
  for (const operation of [...operations, 'not of a tab']) {
    const actor = operation.startsWith('load') ? 'load-1' : 'tab-1';
    const exchange = { actor, operation, node: 'replica-1', status: 200 } as Exchange;
    logs.requested(exchange, 0);
    logs.ended(exchange);
  }
  await logs.close();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { operation: string }).operation)).toEqual(operations);
});
