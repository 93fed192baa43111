import { describe, expect, it } from 'vitest';
import type { EventBody, ProgressValue } from '../history/event.ts';
import type { GenerationJob } from '../port/subject.ts';
import { createMoments } from '../recording/moments.ts';
import { ProcessNames } from '../recording/recorder.ts';
import { manualClock, quietRecorder, settle } from '../recording/virtual.test-support.ts';
import type { EvidenceOfEnd } from './generation-end.ts';
import { runGeneration, type WorkerSurroundings } from './worker.ts';

/** An application that accepts the generation, and says its number if it is given. */
const accepts =
  (generation?: number) =>
  async (job: GenerationJob): Promise<void> => {
    job.started(generation);
    await job.ended();
  };

function begin(
  generate: (job: GenerationJob) => Promise<void>,
  { hasGenerations = false, evidence = 'commit' }: { hasGenerations?: boolean; evidence?: EvidenceOfEnd } = {},
) {
  const clock = manualClock();
  const recorder = quietRecorder(clock);
  const around: WorkerSurroundings = {
    clock,
    recorder,
    moments: createMoments(clock, recorder),
    processes: new ProcessNames(),
    gatewayUrl: 'http://gateway.test',
    credentials: new Map(),
    evidence,
    hasGenerations,
    instances: { generate: (_, job) => generate(job) },
  };
  const steps = [{ progress: 100, after_ms: 10 }];
  const plan = {
    worker: 'worker-1',
    story: 'story-1',
    instance: 1,
    start: { at_ms: 0 },
    steps,
    outcome: 'completed',
  } as const;
  const stopping = new AbortController();
  const ran: { note?: string | undefined; isOver: boolean } = { isOver: false };
  const over = runGeneration({ ...plan, steps: [...steps] }, around, stopping.signal).then((note) => {
    Object.assign(ran, { note, isOver: true });
  });
  const tell = async (f: 'commit' | 'read', value: ProgressValue, key = 'story-1'): Promise<void> => {
    recorder.record({ process: 'db', type: 'ok', f, key, value } as EventBody);
    await settle();
  };
  const starts = () =>
    recorder.history.events.filter((event) => event.f === 'start').map(({ type, value }) => [type, value]);
  return { clock, ran, over, tell, starts, stopping };
}

describe('a generation of an application that works on its own', () => {
  it.each<[string, ProgressValue]>([
    ['100%', { progress: 100, status: 'working' }],
    ['completed', { progress: 90, status: 'completed' }],
    ['failed', { progress: 30, status: 'failed' }],
  ])('ends with a commit of %s', async (_, last) => {
    const { ran, tell, starts } = begin(accepts());
    await settle();
    await tell('commit', { progress: 10 });
    await tell('commit', { progress: 100 }, 'story-2');
    await tell('read', { progress: 100 });
    expect(ran.isOver).toBe(false);
    await tell('commit', last);
    expect(ran).toEqual({ note: undefined, isOver: true });
    expect(starts()).toEqual([
      ['invoke', undefined],
      ['ok', { generation: 1, progress: 0 }],
    ]);
  });

  it('ends at once if all was committed before the application answered', async () => {
    const answered = Promise.withResolvers<void>();
    const { ran, tell } = begin(async (job) => {
      await answered.promise;
      await accepts()(job);
    });
    await settle();
    await tell('commit', { progress: 100 });
    answered.resolve();
    await settle();
    expect(ran.isOver).toBe(true);
  });

  it('ends with an answer of the status route if the backend reports no commits', async () => {
    const { ran, tell } = begin(accepts(), { evidence: 'read' });
    await settle();
    await tell('commit', { progress: 100 });
    expect(ran.isOver).toBe(false);
    await tell('read', { progress: 100 });
    expect(ran.isOver).toBe(true);
  });

  it('does not end with the values of an older one', async () => {
    const { ran, tell } = begin(accepts(2), { hasGenerations: true });
    await settle();
    await tell('commit', { generation: 1, progress: 100, status: 'completed' });
    expect(ran.isOver).toBe(false);
    await tell('commit', { generation: 2, progress: 100 });
    expect(ran.isOver).toBe(true);
  });

  it('takes its number from its first commit if the answer does not tell it', async () => {
    const { ran, tell, starts } = begin(accepts(), { hasGenerations: true });
    await settle();
    expect(starts()).toHaveLength(1);
    await tell('commit', { generation: 3, progress: 0 });
    expect(starts()[1]).toEqual(['ok', { generation: 3, progress: 0 }]);
    await tell('commit', { generation: 3, progress: 100 });
    expect(ran.isOver).toBe(true);
  });

  it.each<[string, ProgressValue[], string]>([
    ['nothing is committed', [], 'of story-1 nothing was committed'],
    [
      'it stops in between',
      [{ progress: 10 }, { progress: 40, status: 'working' }],
      'of story-1 40%, working was committed last',
    ],
  ])('is given up if %s for a long time', async (_, values, seen) => {
    const { clock, ran, tell, starts } = begin(accepts());
    await clock.advance(15_000);
    for (const value of values) await tell('commit', value);
    await clock.advance(values.length === 0 ? 4_000 : 19_000);
    expect(ran.isOver).toBe(false);
    await clock.advance(2_000);
    expect(ran.note).toBe(`worker-1 gave up: its generation did not end within 20 s: ${seen}`);
    expect(starts()).toHaveLength(2);
  });

  it('ends without a note when the run is stopped', async () => {
    const { ran, stopping } = begin(accepts());
    await settle();
    stopping.abort();
    await settle();
    expect(ran).toEqual({ note: undefined, isOver: true });
  });
});

describe('a generation whose steps the plan times', () => {
  it('ends when the application returns, and its job has no effect after that', async () => {
    let late: GenerationJob | undefined;
    const { clock, ran, starts } = begin(async (job) => {
      late = job;
      await job.work(0);
    });
    await clock.advance(20);
    expect(ran).toEqual({ note: undefined, isOver: true });
    late?.started(5);
    expect(starts()).toEqual([['invoke', undefined]]);
  });

  it('is given up with the error of the application', async () => {
    const { ran } = begin(() => Promise.reject(new Error('no such story')));
    await settle();
    expect(ran.note).toBe('worker-1 gave up: no such story');
  });
});
