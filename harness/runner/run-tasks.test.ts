import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { subject as legacy } from '../../fixtures/subjects/legacy/subject.ts';
import { subject as guarded } from '../../fixtures/subjects/guarded/subject.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import type { JudgedRun, Reporter, VerbEnd, VerbStart } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { runTasks, type RunTasksOptions } from './run-tasks.ts';

const reportRoot = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(reportRoot, { recursive: true, force: true }));

const plan = (scenario: string, more: object = {}): Plan =>
  parsePlan(
    {
      plan: 1,
      scenario,
      seed: 3,
      topology: { replicas: 1 },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [10, 100].map((progress) => ({ progress, after_ms: 300 })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
      properties: ['monotonic-view'],
      ...more,
    },
    'test',
  );
/** The fourth poll reads 10% from the primary, the others read from a lagging replica. */
const reverting = plan('reverting', {
  faults: [
    { kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: 2_000 },
    { kind: 'http-route', match: { actor: 'tab-1', nth: 8 }, to: 'primary' },
  ],
});
const skewed = plan('skewed', { faults: [{ kind: 'clock-skew', instance: 1, offset_ms: 1_000 }] });
const { capabilities: _, ...withoutClocks } = legacy;

/** Runs plans in simulation; returns the calls of the reporter in order. */
async function runAll(plans: readonly Plan[], over: Partial<RunTasksOptions> = {}, onRan?: () => void) {
  const calls: string[] = [];
  const runs: JudgedRun[] = [];
  let start: VerbStart | undefined;
  let end: VerbEnd | undefined;
  const reporter: Reporter = {
    begin: (begun) => void ((start = begun), calls.push('begin')),
    starting: ({ scenario }) => void calls.push(`starting ${scenario}`),
    ran: (run) => void (runs.push(run), calls.push(`ran ${run.scenario}`), onRan?.()),
    end: (ended) => void ((end = ended), calls.push('end')),
  };
  const outcome = await runTasks({
    verb: 'run',
    tasks: plans.map((each) => ({ plan: each, expected: undefined })),
    subject: legacy,
    subjectAs: './legacy.ts',
    backend: simulatedBackend,
    attempts: 1,
    onUnsupported: 'refuse',
    reportRoot,
    ownsTarget: false,
    reporter,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...over,
  }).catch((error: Error) => error);
  return { outcome, calls, runs, start, end };
}

describe('plans that are run one after the other', () => {
  it('are reported one by one and together', async () => {
    const { outcome, calls, runs, start, end } = await runAll([plan('steady'), reverting]);
    expect(outcome).toBe(false);
    expect(calls).toEqual(['begin', 'starting steady', 'ran steady', 'starting reverting', 'ran reverting', 'end']);
    expect(start).toEqual({
      verb: 'run',
      titles: ['steady', 'reverting'].map((scenario) => ({
        scenario,
        subject: 'legacy',
        backend: 'simulated',
        seed: 3,
      })),
      leftOut: [],
      defaults: { backend: 'embedded', seed: 1 },
      part: { number: 1, of: 1, titles: start!.titles, mine: [0, 1], plans: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(runs.map(({ valid }) => valid)).toEqual([true, false]);
    expect(end).toMatchObject({ valid: false, error: undefined });
  });

  it('are reported with history, plan, record and the replay command', async () => {
    const { runs } = await runAll([plan('steady')]);
    const [run] = runs;
    expect(run!.history.events.length).toBeGreaterThan(10);
    expect(run!.plan).toEqual(plan('steady'));
    expect(run!.replay).toBe(`ratchet replay ${run!.planFile} --subject ./legacy.ts --backend simulated`);
    const verdict = JSON.parse(readFileSync(join(run!.planFile!, '../verdict.json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(run!.record))).toEqual(verdict);
    expect(verdict).toMatchObject({ valid: true, durationMs: run!.durationMs, events: run!.history.events.length });
    expect(Object.keys(verdict)).not.toContain('history');
  });

  it('are unknown together if one was not started', async () => {
    const interruption = new AbortController();
    const stop = (): void => interruption.abort();
    const { outcome, runs, calls } = await runAll(
      [plan('steady'), plan('late')],
      { signal: interruption.signal },
      stop,
    );
    expect([runs[0]!.valid, outcome]).toEqual([true, 'unknown']);
    expect(calls).toEqual(['begin', 'starting steady', 'ran steady', 'end']);
  });

  it('that cannot run are refused before any starts, or left out', async () => {
    const subject: Subject = withoutClocks;
    const refused = await runAll([plan('steady'), skewed], { subject });
    expect([refused.outcome, refused.calls]).toEqual([expect.objectContaining({ exitCode: 64 }), []]);
    const { outcome, calls, start } = await runAll([skewed, plan('steady')], { subject, onUnsupported: 'leave-out' });
    expect(outcome).toBe(true);
    expect(calls).toEqual(['begin', 'starting steady', 'ran steady', 'end']);
    expect(start!.leftOut).toEqual([
      { title: expect.objectContaining({ scenario: 'skewed' }), reason: (refused.outcome as Error).message },
    ]);
  });

  it('end with an error if one cannot start, which the reporter receives too', async () => {
    const subject: Subject = { ...guarded, createInstance: () => Promise.reject(new Error('no port is free')) };
    const { outcome, calls, end } = await runAll([plan('steady'), plan('late')], { subject });
    expect((outcome as Error).message).toContain('no port is free');
    expect(calls).toEqual(['begin', 'starting steady', 'end']);
    expect(end).toMatchObject({ valid: 'unknown', error: outcome });
    expect(existsSync(join(reportRoot, 'steady/guarded'))).toBe(true);
  });
});
