import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { subject as guarded } from '../fixtures/subjects/guarded/subject.ts';
import { subject as legacy } from '../fixtures/subjects/legacy/subject.ts';
import { scenario as laggingReplica } from '../scenarios/lagging-replica.ts';
import './vitest.ts';

const report = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));

test('a subject that holds', async () => {
  await expect(guarded).toHoldUnder(laggingReplica, { runs: 100 });
});

test('a subject that does not hold is reported with its counterexample and the replay command', async () => {
  const failure = await expect(legacy)
    .toHoldUnder(laggingReplica, { report })
    .then(
      () => '',
      (error: Error) => error.message,
    );
  expect(failure).toContain('legacy does not hold under lagging-replica\n  monotonic-view (shrunk in');
  expect(failure).toMatch(/✗ monotonic-view +tab-1 saw story-1 go from \d+% back to \d+%/);
  expect(failure).toMatch(/ratchet replay .*\/plan\.json --subject legacy --backend simulated$/);
  expect(readdirSync(report)).toContain('lagging-replica');
});

test('a subject that is known not to hold', async () => {
  await expect(legacy).not.toHoldUnder(laggingReplica, { report });
});

test('a range of the whole plan space', async () => {
  const onePollAtATime = { replicasMax: 0, generationsMax: 1, deviations: ['stall', 'http-error'] } as const;
  await expect(legacy).toHoldUnder(onePollAtATime, { runs: 50 });
  await expect(legacy).not.toHoldUnder({ deviations: ['lag-exact', 'http-route'] }, { report });
});
