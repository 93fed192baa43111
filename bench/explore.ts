/**
 * Measures `explore` against its targets: `node --expose-gc bench/explore.ts [--seeds N] [--runs N] [--only MEASURE]…`.
 * Prints a table and writes `reports/bench/explore.json`. Wall time is valid on an idle machine; on a busy one use CPU
 * time.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { realClock } from '../harness/clock.ts';
import { explore } from '../harness/explore/explore.ts';
import { localWorker, threadWorker } from '../harness/explore/search-workers.ts';
import { createSearcher, openSearcher, type SearchJob } from '../harness/explore/search-job.ts';
import { simulationOf } from '../harness/explore/simulation.ts';
import { scenarioVariations } from '../harness/plan/arbitraries.ts';
import type { Plan } from '../harness/plan/plan.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';
import type { Scenario } from '../harness/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '15' },
    runs: { type: 'string', default: '10000' },
    only: { type: 'string', multiple: true },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, at) => at + 1);
const runs = Number(values.runs);
const catalogue = await openCatalogue(folder);
const silent = { clock: realClock(), onProgress: () => undefined, signal: new AbortController().signal };

/** The reference scenario without faults: three generations of ten updates, four tabs that poll every 500 ms. */
const reference: Scenario = {
  name: 'reference',
  summary: '',
  parameters: {},
  plan: () => ({
    topology: { replicas: 2, routing: 'primary-only', instances: 2 },
    generations: [1, 2, 3].map((number) => ({
      worker: `worker-${number}`,
      story: `story-${number}`,
      steps: Array.from({ length: 10 }, (_, at) => ({ progress: (at + 1) * 10, after_ms: 2_800 })),
    })),
    observers: [1, 2, 3, 1].map((story, at) => ({
      session: `tab-${at + 1}`,
      story: `story-${story}`,
      instance: 2,
      every_ms: 500,
    })),
    properties: ['monotonic-view'],
  }),
  explore: { range: { deviations: ['http-route', 'lag-exact', 'lag-timed'] } },
};

interface Row {
  measure: string;
  value: number;
  unit: string;
  target: string;
  isMet: boolean;
}

const measures: Record<string, () => Promise<Row[]>> = {
  'lagging-replica': async () => findAndShrink('lagging-replica', await catalogue.loadScenario('lagging-replica')),
  reference: () => findAndShrink('reference', reference),
  determinism,
  workers,
  heap,
};
const rows: Row[] = [];
for (const [name, measure] of Object.entries(measures)) {
  if (values.only === undefined || values.only.includes(name)) rows.push(...(await measure()));
}
const width = Math.max(...rows.map(({ measure }) => measure.length));
for (const { measure, value, unit, target, isMet } of rows) {
  console.log(`${isMet ? '✓' : '✗'} ${measure.padEnd(width)}  ${`${round(value)} ${unit}`.padEnd(16)} ${target}`);
}
const report = new URL('../reports/bench/', import.meta.url);
mkdirSync(report, { recursive: true });
writeFileSync(new URL('explore.json', report), `${JSON.stringify(rows, undefined, 2)}\n`);
process.exit(0);

/** Finds and shrinks the violation by a lagging replica in `legacy`, after a warm-up. */
async function findAndShrink(name: string, scenario: Scenario): Promise<Row[]> {
  const simulate = await simulationOf(await catalogue.loadSubject('legacy'));
  const variations = scenarioVariations(scenario, {});
  const times: number[] = [];
  const cpus: number[] = [];
  const plans: Plan[] = [];
  for (const seed of [1_000, 1_001, 1_002, ...seeds]) {
    const cpu = process.cpuUsage();
    const searcher = createSearcher({ variations, seed, simulate, properties: ['monotonic-view'] });
    const { found, elapsedMs } = await explore({ ...silent, workers: [localWorker(searcher)], runs: 5_000 });
    if (found === undefined) throw new Error(`${name}: nothing found with seed ${seed}`);
    if (seed >= 1_000) continue;
    times.push(elapsedMs);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1e3);
    plans.push(found.minimal);
  }
  const most = (count: (plan: Plan) => number): number => Math.max(...plans.map(count));
  const stories = most(
    ({ generations, observers }) => new Set([...generations, ...observers].map((a) => a.story)).size,
  );
  const tabs = most(({ observers }) => observers.length);
  const deviations = plans.map(({ faults }) => faults.length);
  return [
    atMost(`${name}: find and shrink, median of ${seeds.length}`, median(times), 'ms', 500),
    atMost(`${name}: the same in CPU time`, median(cpus), 'ms', 500),
    atMost(`${name}: deviations, at most`, Math.max(...deviations), '', 3),
    atMost(`${name}: stories and tabs, at most`, Math.max(stories, tabs), '', 1),
  ];
}

async function determinism(): Promise<Row[]> {
  const workers = [jobFor('guarded', true), jobFor('guarded', true)].map(threadWorker);
  const { runs: tried, found } = await explore({ ...silent, workers, runs });
  return [
    atMost(`runs that differ when repeated, of ${tried}`, found === undefined ? 0 : 1, '', 0),
    { measure: 'plans run twice', value: tried, unit: '', target: `${runs}`, isMet: tried === runs },
  ];
}

/** One and two workers alternate, so that both are measured under the same load. They are started beforehand. */
async function workers(): Promise<Row[]> {
  const ratios: number[] = [];
  for (let repetition = 0; repetition < 3; repetition++) {
    const speeds: number[] = [];
    for (const count of [1, 2]) {
      const workers = Array.from({ length: count }, () => threadWorker(jobFor('guarded', false)));
      // Warms up first: while its code is being compiled, a single worker uses two cores.
      await Promise.all(workers.map((worker) => worker.search(999, 500)));
      const { runsPerSecond } = await explore({ ...silent, workers, runs: 1_000 });
      speeds.push(runsPerSecond);
    }
    ratios.push(speeds[1]! / speeds[0]!);
  }
  return [atLeast('two workers ÷ one, median of 3', median(ratios), '×', 1.7)];
}

async function heap(): Promise<Row[]> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('run it with node --expose-gc');
  const searcher = await openSearcher({ ...jobFor('guarded', false), space: 'lagging-replica' });
  let before = 0;
  for (let chunk = 0; chunk < runs / 50 + 20; chunk++) {
    await inMacrotask(() => searcher.search(chunk, 50));
    if (chunk === 19) before = heapUsed(collect);
  }
  return [atMost(`heap growth over ${runs} runs`, (heapUsed(collect) - before) / 2 ** 20, 'MB', 5)];
}

function heapUsed(collect: () => void): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function jobFor(subject: string, checkDeterminism: boolean): SearchJob {
  return { folder, subject, space: 'plan-space', set: {}, properties: undefined, seed: 1, checkDeterminism };
}

function atMost(measure: string, value: number, unit: string, limit: number): Row {
  return { measure, value, unit, target: `≤ ${limit}`, isMet: value <= limit };
}

function atLeast(measure: string, value: number, unit: string, limit: number): Row {
  return { measure, value, unit, target: `≥ ${limit}`, isMet: value >= limit };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
