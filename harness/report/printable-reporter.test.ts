import { describe, expect, it, test } from 'vitest';
import { EnvironmentError } from '../errors.ts';
import { asColumns } from '../history/columns-builder.ts';
import { historyOf, show } from '../history/history.test-support.ts';
import type { CreateReporter, JudgedRun } from '../port/reporter.ts';
import { createJsonReporter } from './json.ts';
import { caught, judgedExploration, judgedRun, START } from './judged-run.test-support.ts';
import { createJunitReporter } from './junit.ts';
import { printable } from './printable.ts';
import { printableRun } from './printable-reporter.ts';
import { createSvgReporter } from './svg/svg.ts';
import { createTextReporter } from './text.ts';

/** It would end its line and add one that says that all is well, in green. */
const FORGED = '\r\n\u001B[2K\u001B[32m✓\u001B[39m integrity\u009B1A\u202E';

const reverted = historyOf([
  show(`tab${FORGED}`, { progress: 85 }, { key: `story${FORGED}`, served_by: `node${FORGED}` }),
  show(`tab${FORGED}`, { progress: 10 }, { key: `story${FORGED}`, served_by: `node${FORGED}`, lsn: `0/1${FORGED}` }),
]);

function hostileRun(over: Partial<JudgedRun>): JudgedRun {
  return judgedRun(reverted, ['monotonic-view', 'convergence'], {
    scenario: `scenario${FORGED}`,
    subject: `subject${FORGED}`,
    notes: [`note${FORGED}`],
    incomplete: new EnvironmentError(`server-ended`, `it ended${FORGED}`, `look${FORGED}`),
    historyFile: `reports/${FORGED}/history.ndjson`,
    replay: `ratchet replay ${FORGED}`,
    ...over,
  });
}

async function written(create: CreateReporter, over: Partial<JudgedRun> = {}): Promise<string> {
  const { reporter, text } = await caught(create, true);
  const run = hostileRun(over);
  const found = { failing: { kind: 'violation', what: FORGED }, plan: PLAN, isShrunk: true, shrinkRuns: 1 } as const;
  const runs = [{ ...run, isConfirmed: true, attempt: 1 }];
  const leftOut = [{ title: { scenario: FORGED }, reason: FORGED }];
  await reporter.begin({ verb: 'run', titles: [run], ...START, leftOut });
  await reporter.ran(run);
  await reporter.explored(judgedExploration({ found: { ...found, runs, confirm: FORGED, keptAs: FORGED } }));
  await reporter.end({ valid: false, durationMs: 1, error: new Error(FORGED) });
  return text();
}

const PLAN = {
  plan: 1,
  scenario: FORGED,
  seed: 1,
  topology: { replicas: 0, routing: 'get-to-replica', instances: 1 },
  generations: [],
  observers: [{ session: FORGED, story: FORGED, every_ms: 50, start: { at_ms: 0 }, channel: 'poll' }],
  faults: [],
  properties: ['monotonic-view'],
  run_ms_max: 1,
} as unknown as NonNullable<JudgedRun['plan']>;

describe('names, messages and values of others cannot forge a line', () => {
  it.each([
    ['text', createTextReporter],
    ['junit', createJunitReporter],
    ['json', createJsonReporter],
    ['svg', createSvgReporter],
  ])('%s', async (_, create) => {
    const lines = (await written(create, { record: { key: FORGED } })).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(line).toBe(printable(line));
      expect(line).not.toMatch(/^[\s]*✓ integrity/);
    }
    expect(lines.join('\n')).toContain(
      create === createJsonReporter ? String.raw`\u001b[32m✓` : String.raw`\u{1b}[32m✓`,
    );
  });
});

test('names that differ only in what is escaped stay different in the columns', () => {
  const [one, other] = ['story\n', String.raw`story\n`];
  const shows = [one, other].map((key) => show('tab-1', { progress: 10 }, { key }));
  const columns = asColumns(printableRun(judgedRun(historyOf(shows))).history);
  expect([columns.keyName(0), columns.keyName(1)]).toEqual([one, other]);
  expect([columns.eventAt(0).key, columns.eventAt(1).key]).toEqual([other, other]);
});
