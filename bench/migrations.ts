/**
 * `npm run bench -- migrations`: the cost of a simulation from migrations, as ratios to the hand-written model of the same
 * database, and what it takes to start. It takes about two minutes. `node bench/migrations.ts SEEDS` compares the traces of
 * more seeds than 300, each run three times: 10,000 take a quarter of an hour.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ALLOCATOR } from '../bin/allocator.js';
import { THREAD_LIMITS } from '../harness/explore/asked-thread.ts';
import { firstOf, itemAt } from '../harness/required.ts';
import { prepareSimulation } from '../harness/runner/prepare-simulation.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';
import { inBatch, referencePlan, subject as modelled } from './reference.ts';

interface Measure {
  measure: string;
  value: number;
  unit: string;
  /** At most, or at least where it begins with `≥`. */
  target: string;
}

const migrated = { ...modelled, simulation: undefined };
const RUNS = 40;
const REPETITIONS = 7;
const STARTS = 5;
const WORKERS_MAX = 3;
const NAME_WIDTH = 60;

const [mode, argument] = process.argv.slice(2);
if (!isMainThread) await runAsWorker();
else if (mode === 'start') console.log(JSON.stringify(await start()));
else if (mode === 'memory') console.log(JSON.stringify(await sizesWithThreads()));
else if (mode === 'digest') console.log(await digest(Number(argument)));
else await main(Number(mode ?? 300));
process.exit();

async function main(seeds: number): Promise<void> {
  const measures: Measure[] = [];
  for (const [name, measure] of [
    ['the cost of a run', costs],
    ['starts', starts],
    ['memory', memory],
    [`the traces of ${seeds} seeds`, () => determinism(seeds)],
  ] as const) {
    if (process.stderr.isTTY) process.stderr.write(`measuring ${name} …\n`);
    const measured = await measure();
    for (const each of measured) console.log(lineOf(each));
    measures.push(...measured);
  }
  const folder = new URL('../reports/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('migrations.json', folder), `${JSON.stringify(measures, undefined, 2)}\n`);
}

function lineOf({ measure, value, unit, target }: Measure): string {
  return `${measure.padEnd(NAME_WIDTH)}  ${value.toFixed(1).padStart(8)} ${unit.padEnd(4)}  ${target}`;
}

/** The two take turns, so that both are measured under the same load. */
async function costs(): Promise<Measure[]> {
  const database = await prepareSimulation(migrated);
  const runOf = (subject: typeof migrated | typeof modelled) => (seed: number) =>
    simulateRun({ plan: referencePlan(seed), subject, database, blockedMsMax: Number.POSITIVE_INFINITY });
  const times = { migrated: [] as number[], modelled: [] as number[] };
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    times.migrated.push(await cpuMsOf(runOf(migrated)));
    times.modelled.push(await cpuMsOf(runOf(modelled)));
  }
  // The first turns warm up.
  const [fromMigrations, fromModel] = [median(times.migrated.slice(2)), median(times.modelled.slice(2))];
  return [
    { measure: 'runs per CPU second from migrations', value: 1_000 / fromMigrations, unit: '', target: '≥ 80' },
    { measure: 'runs per CPU second from the model', value: 1_000 / fromModel, unit: '', target: '' },
    {
      measure: 'cost of a run from migrations ÷ from the model',
      value: fromMigrations / fromModel,
      unit: '',
      target: '≤ 2.5',
    },
  ];
}

/** CPU time of this thread for one run. */
function cpuMsOf(run: (seed: number) => unknown): Promise<number> {
  return inBatch(() => {
    const started = process.threadCpuUsage();
    for (let seed = 0; seed < RUNS; seed += 1) run(seed);
    const { user, system } = process.threadCpuUsage(started);
    return (user + system) / 1e3 / RUNS;
  });
}

interface Start {
  readyMs: number;
  readyCpuMs: number;
}

/** In a process of its own; the data directory comes from the cache. */
async function start(): Promise<Start> {
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  await prepareSimulation(migrated);
  const readyMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  return { readyMs, readyCpuMs: (user + system) / 1e3 };
}

function starts(): Measure[] {
  const all = Array.from({ length: STARTS }, () => JSON.parse(inProcess('start')) as Start);
  const medianOf = (name: keyof Start): number => median(all.map((each) => each[name]));
  return [
    { measure: 'ready, from the cache', value: medianOf('readyMs'), unit: 'ms', target: '≤ 400' },
    {
      measure: 'ready, from the cache, CPU time of the process',
      value: medianOf('readyCpuMs'),
      unit: 'ms',
      target: '',
    },
  ];
}

function inProcess(...parameters: string[]): string {
  return execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...parameters], {
    encoding: 'utf8',
    env: { ...process.env, ...ALLOCATOR },
  });
}

function memory(): Measure[] {
  const sizes = JSON.parse(inProcess('memory')) as number[];
  const further = (itemAt(sizes, sizes.length - 1) - firstOf(sizes)) / (sizes.length - 1);
  return [
    { measure: `memory with one thread, after ${RUNS} runs`, value: firstOf(sizes), unit: 'MB', target: '≤ 300' },
    { measure: 'memory of each further thread', value: further, unit: 'MB', target: '≤ 150' },
  ];
}

/** The memory of a process in MB, with one thread like those of a search, with two and so on, each after as many runs. */
async function sizesWithThreads(): Promise<number[]> {
  const sizes: number[] = [];
  for (let count = 0; count < WORKERS_MAX; count += 1) {
    const thread = new Worker(new URL(import.meta.url), { workerData: RUNS, resourceLimits: THREAD_LIMITS });
    await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
    sizes.push(process.memoryUsage.rss() / 1e6);
  }
  return sizes;
}

async function runAsWorker(): Promise<void> {
  await digest(workerData as number);
  parentPort!.postMessage('done');
  // Its memory is measured until the thread is terminated.
  await new Promise((resolve) => parentPort!.once('message', resolve));
}

/** The seeds are run in ascending order twice, and in another process in descending order. */
async function determinism(seeds: number): Promise<Measure[]> {
  const hashes = [await digest(seeds), await digest(seeds), inProcess('digest', String(-seeds)).trim()];
  const differing = hashes.filter((hash) => hash !== hashes[0]).length;
  return [
    {
      measure: `repetitions of ${seeds} seeds that differ, of 2, one in another process`,
      value: differing,
      unit: '',
      target: '≤ 0',
    },
  ];
}

/** @param count number of seeds; if it is negative, they are run in descending order */
async function digest(count: number): Promise<string> {
  const database = await prepareSimulation(migrated);
  const seeds = Array.from({ length: Math.abs(count) }, (_, seed) => seed);
  const hashes = new Map<number, string>();
  for (const seed of count < 0 ? seeds.toReversed() : seeds) {
    const { traceHash } = await inMacrotask(() =>
      simulateRun({ plan: referencePlan(seed), subject: migrated, database }),
    );
    hashes.set(seed, traceHash());
  }
  return createHash('sha256')
    .update(seeds.map((seed) => hashes.get(seed)).join())
    .digest('hex');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
