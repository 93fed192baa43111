import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { subject as guarded } from '../fixtures/subjects/guarded/subject.ts';
import { subject as legacy } from '../fixtures/subjects/legacy/subject.ts';
import type { Subject } from './port/subject.ts';
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

test('a scenario by its name', async () => {
  await expect(guarded).toHoldUnder('lagging-replica', { runs: 20 });
  await expect(expect(guarded).toHoldUnder('lagging')).rejects.toThrow('no scenario is called "lagging"');
});

test('the search and its shrinking end within the time limit of the test', { timeout: 10_000 }, async () => {
  await expect(guarded).toHoldUnder({}, { runs: 1_000_000, report });
});

test('nothing tried is not a pass', async () => {
  const held = expect(guarded).toHoldUnder(laggingReplica, { timeMs: 0 });
  await expect(held).rejects.toThrow('nothing was tested: no plan of lagging-replica was tried');
});

test.each([undefined, 'simulated'])('a subject that tests nothing is told its mistake, backend %s', async (backend) => {
  const blind: Subject = { ...legacy, readStatus: () => undefined };
  const options = { runs: 3, report, ...(backend === undefined ? {} : { backend }) };
  await expect(expect(blind).toHoldUnder(laggingReplica, options)).rejects.toThrow(
    /^lagging-replica could not be judged: nothing was tested: (\d+) of \1 polls [^]*mistake: routes\.status\.read: .* — /,
  );
});

test('a backend runs the scenario instead of searching', async () => {
  const options = { backend: 'simulated', report };
  await expect(guarded).toHoldUnder(laggingReplica, options);
  const failure = expect(legacy).toHoldUnder('lagging-replica', options);
  await expect(failure).rejects.toThrow(
    /does not hold under lagging-replica[^]*from 85% back to 10%[^]*ratchet replay/,
  );
  await expect(expect(legacy).toHoldUnder({}, options)).rejects.toThrow(
    'the backend simulated runs scenarios, not ranges',
  );
});

test.each([
  ['an unknown option', laggingReplica, { plans: 1 }, 'options has no field "plans"; available: runs, seed'],
  ['a wrong type', laggingReplica, { runs: '20' }, 'options.runs must be a number, not "20"'],
  ['a number that is not whole', laggingReplica, { runs: 0.5 }, 'runs must be a whole number from 1, not 0.5'],
  ['an unknown backend', laggingReplica, { backend: 'real' }, 'no backend is called "real"'],
  ['a range that is missing', undefined, {}, 'toHoldUnder takes a scenario, its name, or a range, not undefined'],
  ['an unknown deviation', { deviations: ['lag'] }, {}, 'no deviation is called "lag"'],
])('%s is refused in one line', async (_, range: any, options: any, message) => {
  const held = expect(guarded).toHoldUnder(range, options);
  await expect(held).rejects.toThrow(message);
  await expect(held).rejects.toHaveProperty('exitCode', 64);
});

test('a range of the whole plan space', async () => {
  const onePollAtATime = { replicasMax: 0, generationsMax: 1, deviations: ['stall', 'http-error'] } as const;
  await expect(legacy).toHoldUnder(onePollAtATime, { runs: 50 });
  await expect(legacy).not.toHoldUnder({ deviations: ['lag-exact', 'http-route'] }, { report });
});
