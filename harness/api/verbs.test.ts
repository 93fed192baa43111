import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { subject as guarded } from '../../fixtures/subjects/guarded/subject.ts';
import { subject as legacy } from '../../fixtures/subjects/legacy/subject.ts';
import { scenario as laggingReplica } from '../../scenarios/lagging-replica.ts';
import {
  aStory,
  aTab,
  check,
  explore,
  plan,
  replay,
  run,
  UsageError,
  type History,
  type JudgedRun,
  type Reporter,
} from '../index.ts';

const report = mkdtempSync(join(tmpdir(), 'ratchet-api-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));
const folder = fileURLToPath(new URL('../..', import.meta.url));
const simulated = { backend: 'simulated', report, folder } as const;

const output = [
  vi.spyOn(process.stdout, 'write'),
  vi.spyOn(process.stderr, 'write'),
  vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never),
];

async function refusalOf(work: Promise<unknown>): Promise<UsageError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

const story = aStory('story-1');
const small = {
  plan: 1,
  scenario: 'small',
  seed: 1,
  ...plan({
    replicas: 0,
    generations: [story.runs(10, 100)],
    observers: [aTab('tab-1').polls(story, { everyMs: 20 })],
    properties: ['monotonic-view', 'integrity'],
  }),
} as const;

describe('run', () => {
  it('judges scenarios by name, and saves their plans and histories', async () => {
    const { valid, runs } = await run({ ...simulated, scenarios: ['lagging-replica'], subject: 'legacy' });
    expect(valid).toBe(false);
    expect(runs.at(-1)).toMatchObject({
      scenario: 'lagging-replica',
      subject: 'legacy',
      backend: 'simulated',
      seed: 1,
    });
    const violated = runs.at(-1)!.verdicts.find(({ property }) => property === 'monotonic-view');
    expect(violated).toMatchObject({ valid: false, violations: [expect.anything()] });
    expect(JSON.parse(readFileSync(runs.at(-1)!.planFile!, 'utf8'))).toEqual(runs.at(-1)!.plan);
    expect(readFileSync(runs.at(-1)!.historyFile!, 'utf8')).toContain('"f":"show"');
  });

  it('accepts a subject and a scenario as values', async () => {
    const renamed = { ...laggingReplica, name: 'mine' };
    const { valid, runs } = await run({ ...simulated, scenarios: [renamed], subject: guarded, seed: 7, runs: 2 });
    expect(valid).toBe(true);
    expect(runs.map(({ scenario, seed }) => [scenario, seed])).toEqual([
      ['mine', 7],
      ['mine', 8],
    ]);
  });

  it('overrides parameters, replicas and properties', async () => {
    const { runs } = await run({
      ...simulated,
      scenarios: [laggingReplica],
      subject: legacy,
      parameters: { lag_ms: 50 },
      replicas: 2,
      properties: ['integrity'],
    });
    const last = runs.at(-1)!;
    expect(last.verdicts.map(({ property }) => property)).toEqual(['integrity']);
    expect(last.plan).toMatchObject({ topology: { replicas: 2 }, properties: ['integrity'] });
    expect(last.plan!.faults[1]).toMatchObject({ kind: 'lag', until: { plus_ms: 50 } });
  });

  it('reports the same to a reporter, in order', async () => {
    const reported: string[] = [];
    const reporter: Reporter = {
      begin: ({ titles }) => void reported.push(`begin ${titles.length}`),
      ran: ({ scenario }: JudgedRun) => void reported.push(`ran ${scenario}`),
      end: ({ valid }) => void reported.push(`end ${valid}`),
    };
    const { runs } = await run({ ...simulated, scenarios: ['restart'], subject: guarded, reporter });
    expect(reported).toEqual([`begin ${runs.length}`, ...runs.map(({ scenario }) => `ran ${scenario}`), 'end true']);
  });

  it('starts no run if it is aborted, and returns unknown', async () => {
    const signal = AbortSignal.abort();
    const { valid, runs } = await run({ ...simulated, scenarios: ['restart'], subject: guarded, signal });
    expect([valid, runs]).toEqual(['unknown', []]);
  });

  it.each([
    ['an unknown scenario', { scenarios: ['moon-phase'] }, 'scenario-unknown'],
    ['an unknown subject', { subject: 'missing' }, 'subject-unknown'],
    ['an unknown backend', { scenarios: ['restart'], backend: 'paper' }, 'backend-unknown'],
    ['an unknown property', { scenarios: ['restart'], properties: ['fairness'] }, 'property-unknown'],
    ['a parameter out of range', { scenarios: ['lagging-replica'], parameters: { lag_ms: -1 } }, 'parameter-invalid'],
    ['an invalid scenario', { scenarios: [{ name: 'x' } as never] }, 'scenario-invalid'],
    ['an invalid subject', { subject: { name: 'x' } as never }, 'subject-invalid'],
    ['no runs', { scenarios: ['restart'], runs: 0 }, 'option-invalid'],
    ['a seed that is not whole', { scenarios: ['restart'], seed: 1.5 }, 'option-invalid'],
  ])('rejects %s', async (_, options, code) => {
    expect(await refusalOf(run({ ...simulated, subject: 'guarded', ...options }))).toMatchObject({
      code,
      exitCode: 64,
    });
  });
});

describe('replay', () => {
  it('runs a saved plan again, with the same verdicts', async () => {
    const first = await run({ ...simulated, scenarios: ['lagging-replica'], subject: 'legacy' });
    const [one] = first.runs.slice(-1);
    for (const plan of [one!.planFile!, one!.plan!]) {
      const again = await replay(plan, { ...simulated, subject: legacy });
      expect(again.runs.map(({ verdicts }) => verdicts)).toEqual([one!.verdicts]);
    }
  });

  it('runs a plan of builders', async () => {
    const { valid, runs } = await replay(small, { ...simulated, subject: 'legacy', runs: 2 });
    expect([valid, runs.length]).toEqual([true, 2]);
  });

  it('rejects an invalid plan', async () => {
    const refusal = await refusalOf(replay({ ...small, observers: undefined } as never, simulated));
    expect(refusal).toMatchObject({ code: 'plan-invalid', message: 'the plan: the field observers is missing' });
    expect(await refusalOf(replay('none.json', simulated))).toMatchObject({ message: 'none.json: no such file' });
  });
});

describe('explore', () => {
  it('finds a plan that violates a property, and shrinks it', async () => {
    const { valid, explorations } = await explore({
      folder,
      report,
      ranges: [laggingReplica],
      subject: legacy,
      runs: 200,
    });
    expect(valid).toBe(false);
    const [{ found, scenario }] = explorations as [(typeof explorations)[number]];
    expect(scenario).toBe('lagging-replica');
    expect(found).toMatchObject({ failing: { kind: 'violation', what: 'monotonic-view' }, isShrunk: true });
    expect(found!.runs[0]).toMatchObject({ backend: 'simulated', valid: false, isConfirmed: true });
    const replayed = await replay(found!.plan, { ...simulated, subject: legacy });
    expect(replayed.valid).toBe(false);
  });

  it('finds the same plan by names, in threads, as by values', async () => {
    const options = { folder, report, runs: 200 };
    const named = await explore({ ...options, ranges: ['lagging-replica'], subject: 'legacy', workers: 2 });
    const given = await explore({ ...options, ranges: [laggingReplica], subject: legacy });
    const plans = [named, given].map(({ explorations }) => explorations[0]!.found!.plan);
    expect(plans[0]).toEqual(plans[1]);
  });

  it('finds nothing if the properties hold', async () => {
    const range = { deviations: ['stall'], replicasMax: 0, generationsMax: 1 } as const;
    const { valid, explorations } = await explore({ folder, report, ranges: [range], subject: guarded, runs: 50 });
    expect(valid).toBe(true);
    expect(explorations).toMatchObject([{ scenario: 'plan-space', runs: 50, found: undefined }]);
  });

  it.each([
    ['an unknown range', { ranges: ['moon-phase'] }, 'scenario-unknown'],
    ['an unknown deviation', { ranges: [{ deviations: ['meteor'] } as never] }, 'deviation-unknown'],
    ['no workers', { workers: 0 }, 'option-invalid'],
  ])('rejects %s', async (_, options, code) => {
    expect(await refusalOf(explore({ folder, report, subject: 'legacy', ...options }))).toMatchObject({ code });
  });
});

describe('check', () => {
  const shown = (progress: number, index: number) =>
    ({
      index,
      time: index,
      process: 'tab-1',
      session: 'tab-1',
      type: 'ok',
      f: 'show',
      key: 's',
      value: { progress },
    }) as const;
  const reversion: History = { header: undefined, events: [shown(85, 0), shown(10, 1)] };

  it('gives the file of a run the same verdicts as the run', async () => {
    const { runs } = await run({ ...simulated, scenarios: [laggingReplica], subject: legacy });
    const [ran] = runs.slice(-1);
    const { valid, histories } = await check([ran!.historyFile!]);
    expect(valid).toBe(false);
    expect(histories[0]!.verdicts).toEqual(ran!.verdicts);
    expect(histories[0]).toMatchObject({ file: ran!.historyFile, plan: ran!.plan });
  });

  it('judges histories that are values, by the given properties', async () => {
    const good: History = { header: undefined, events: [shown(10, 0), shown(85, 1)] };
    const { valid, histories } = await check([good, reversion], { properties: ['monotonic-view'] });
    expect(valid).toBe(false);
    expect(histories.map((each) => [each.file, each.valid])).toEqual([
      ['history 1', true],
      ['history 2', false],
    ]);
    const { violations } = histories[1]!.verdicts[0]!;
    expect(violations).toMatchObject([{ sentence: 'tab-1 saw s go from 85% back to 10%', events: [0, 1] }]);
  });

  it('judges only the given sessions, with the given bounds', async () => {
    const other = { ...shown(10, 2), session: 'tab-2', process: 'tab-2' };
    const history: History = { header: undefined, events: [...reversion.events, other] };
    const options = { properties: ['monotonic-view'], sessions: ['tab-2'] };
    expect((await check([history], options)).valid).toBe(true);
    const failed = { ...shown(0, 0), f: 'read', type: 'invoke', value: undefined } as const;
    const error = { ...failed, index: 1, time: 1, type: 'fail', error: 'HTTP 503' } as const;
    const unavailable: History = { header: undefined, events: [failed, error] };
    const judged = await check([unavailable], { properties: ['availability'], minAvailability: 0.9 });
    expect(judged.valid).toBe(false);
  });

  it.each([
    ['a missing file', ['none.ndjson'], {}, 'file-unreadable'],
    [
      'an invalid history',
      [{ header: undefined, events: [{ ...shown(1, 0), f: 'fly' }] } as never],
      {},
      'history-invalid',
    ],
    ['an unknown property', [reversion], { properties: ['fairness'] }, 'property-unknown'],
    ['an unknown format', ['none.ndjson'], { from: 'xml' }, 'format-unknown'],
    ['a session that no history has', [reversion], { sessions: ['tab-9'] }, 'selection-empty'],
  ])('rejects %s', async (_, histories, options, code) => {
    expect(await refusalOf(check(histories, options))).toMatchObject({ code, exitCode: 64 });
  });
});

/** Must be the last test: it checks the calls of all tests before it. */
describe('all functions', () => {
  it('neither print nor exit', () => {
    for (const spy of output) expect(spy).not.toHaveBeenCalled();
  });
});
