import { describe, expect, it } from 'vitest';
import { parsePlan } from '../plan/plan.ts';
import type { FrontEnd, Subject } from '../port/subject.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { simulateRun, type SimulatedOutcome } from './simulate-run.ts';

/** An application that answers with the number of its instance. */
function subjectWith(display: FrontEnd['display'] = 'as-arrived'): Subject {
  let instances = 0;
  return {
    name: 'test',
    description: '',
    tracked: { table: 'stories', key: 'id', progress: 'progress' },
    migrations: [],
    simulation: {
      tables: {
        stories: { columns: { id: { type: 'text' }, progress: { type: 'integer', default: 0 } }, primaryKey: ['id'] },
      },
    },
    keyOf: (story) => story,
    storyRow: () => ({}),
    frontEnd: { query: () => ({}), display },
    readStatus: (body) => ({ generation: 1, progress: (body as { progress: number }).progress }),
    async createInstance() {
      const progress = ++instances;
      return {
        status: async () => Response.json({ progress }),
        async generate(job) {
          job.started(1);
          await job.work(0);
        },
      };
    },
  };
}

function run(subject: Subject, ...observers: object[]): Promise<SimulatedOutcome> {
  return runWatched(0, subject, ...observers);
}

function runWatched(watchOnMs: number, subject: Subject, ...observers: object[]): Promise<SimulatedOutcome> {
  const plan = parsePlan(
    {
      plan: 1,
      scenario: 'test',
      seed: 1,
      topology: { replicas: 0, instances: 2 },
      generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 200 }] }],
      observers: observers.map((observer, i) => ({
        session: `tab-${i + 1}`,
        story: 'story-1',
        every_ms: 50,
        ...observer,
      })),
      properties: ['monotonic-view'],
      watch_on_ms: watchOnMs,
      run_ms_max: 5_000,
    },
    'test',
  );
  return inMacrotask(() => simulateRun({ plan, subject }));
}

/** The events of a session, with times in milliseconds. */
function doingsOf({ history }: SimulatedOutcome, name: string): string[] {
  return history.events
    .filter(({ session, type }) => session === name && type !== 'invoke')
    .map(({ f, phase, time }) => `${f}${phase === undefined ? '' : ` ${phase}`} ${time / 1e6}`);
}

describe('an observer of a run', () => {
  it('watches from its start to the end of the run, and then reads once more', async () => {
    const outcome = await run(subjectWith(), { start: { at_ms: 120 } });
    expect(outcome.incomplete).toBeUndefined();
    expect(doingsOf(outcome, 'tab-1')).toEqual([
      'watch begin 120',
      'read 120',
      'show 120',
      'read 170',
      'show 170',
      'read 200',
      'show 200',
    ]);
  });

  it('watches for a while after the generations, if the plan says so', async () => {
    const outcome = await runWatched(75, subjectWith(), { start: { at_ms: 120 } });
    const reads = doingsOf(outcome, 'tab-1').filter((each) => each.startsWith('read'));
    expect(reads).toEqual(['read 120', 'read 170', 'read 220', 'read 270', 'read 275']);
  });

  it('whose start never occurs watches from the end of the generations, and reads once', async () => {
    const outcome = await run(subjectWith(), { start: { after: { f: 'commit', progress: 99 } } });
    expect(doingsOf(outcome, 'tab-1')).toEqual(['watch begin 200', 'read 200', 'show 200']);
  });

  it('may start when another begins to watch', async () => {
    const after = { f: 'watch', session: 'tab-1', phase: 'begin' };
    const outcome = await run(subjectWith(), { start: { at_ms: 120 } }, { start: { after, plus_ms: 10 } });
    expect(doingsOf(outcome, 'tab-2')[0]).toBe('watch begin 130');
  });

  it('sends its requests to the instance of the plan', async () => {
    const { history } = await run(subjectWith(), {}, { instance: 2 });
    const seen = history.events.filter(({ f }) => f === 'show').map(({ session, value }) => [session, value]);
    expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['["tab-1",{"generation":1,"progress":1}]', '["tab-2",{"generation":1,"progress":2}]']),
    );
  });

  it('displays by a function of the front end, with a state of its own in every tab', async () => {
    const once = () => {
      let isShown = false;
      return () => !isShown && (isShown = true);
    };
    const outcome = await run(subjectWith(once), {}, { start: { at_ms: 30 } });
    expect(doingsOf(outcome, 'tab-1').filter((doing) => doing.startsWith('show'))).toEqual(['show 0']);
    expect(doingsOf(outcome, 'tab-2').filter((doing) => doing.startsWith('show'))).toEqual(['show 30']);
  });

  it('ends the run if its display function throws', async () => {
    const broken = () => () => {
      throw new Error('boom');
    };
    const { incomplete } = await run(subjectWith(broken), {});
    expect(incomplete).toMatchObject({ code: 'display-threw', exitCode: 2 });
    expect(incomplete!.message).toContain('threw Error: boom at 0.000 s, in tab-1');
  });
});
