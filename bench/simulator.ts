/** `npm run bench`: the cost of a simulated run, as ratios, which are comparable between machines. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { inMacrotask, simulate } from '../harness/simulation/simulate.ts';
import { makeCalls, runApplication, type ApplicationWork, type Calls } from './floor.ts';
import { inBatch, referencePlan, runReference, subject } from './reference.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';

interface Measure {
  measure: string;
  value: number;
  target: string;
  met: boolean | undefined;
}

const scale = Number(process.argv[2] ?? 1);
const REPETITIONS = 9;
const RUNS = Math.ceil(40 * scale);
const SIMULATION = { random: () => 0.5, epochMs: 0, virtualMsMax: 1_000, blockedMsMax: Number.POSITIVE_INFINITY };
const SEEDS = Math.ceil(10_000 * scale);

// The measuring processes write their results there.
mkdirSync(fileURLToPath(new URL('../reports/', import.meta.url)), { recursive: true });
const { calls, work } = await inMacrotask(countCalls);
const measures: Measure[] = [...(await costs()), await againstFakeTimers(), await workers(), ...(await determinism())];
print(measures);
const file = fileURLToPath(new URL('../reports/bench.json', import.meta.url));
writeFileSync(file, `${JSON.stringify({ node: process.version, calls, measures }, undefined, 2)}\n`);
if (measures.some(({ met }) => met === false)) process.exitCode = 1;

/** The calls of supabase-js, and the work of the application, in one run. */
function countCalls(): { calls: Calls; work: ApplicationWork } {
  const counted: Calls = { reads: 0, writes: 0, functions: 0 };
  const { generations } = referencePlan(0);
  const steps = generations[0]!.steps.map(({ progress }) => progress);
  let polls = 0;
  const { history } = runReference(0);
  for (const event of history.events) {
    if (event.f === 'read' && event.type === 'ok') {
      counted.reads += Number(event['attempts']);
      polls += 1;
    }
    // Each update is verified by a read.
    if (event.f === 'write' && event.type === 'ok') {
      counted.writes += 1;
      counted.reads += 1;
    }
    if (event.f === 'start' && event.type === 'ok') counted.functions += 1;
  }
  return { calls: counted, work: { polls, generations: generations.length, steps } };
}

async function costs(): Promise<Measure[]> {
  const ratios: number[] = [];
  const scenarios: number[] = [];
  const reals: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    const scenario = await inBatch(() => timed(() => repeat(RUNS, runReference)));
    const real = await timedAsync(async () => {
      for (let i = 0; i < RUNS; i++) await makeCalls(calls);
    });
    // The first repetition warms up.
    if (repetition === 0) continue;
    ratios.push(scenario / real);
    scenarios.push(scenario);
    reals.push(real);
  }
  // Measured separately: code that is compiled for one kind of caller becomes slower with several kinds.
  const light = await medianOf(alone);
  const application = await medianOf(applicationAlone);
  const ratio = median(ratios);
  return [
    { measure: 'full scenario ÷ supabase-js alone', value: ratio, target: '≤ 1.3', met: ratio <= 1.3 },
    {
      measure: 'the same, with supabase-js alone also on the light platform objects',
      value: median(scenarios) / light,
      target: '',
      met: undefined,
    },
    {
      measure: 'the application alone ÷ supabase-js alone',
      value: application / median(reals),
      target: '',
      met: undefined,
    },
    {
      measure: 'runs per second of one core',
      value: (1_000 * RUNS) / median(scenarios),
      target: '',
      met: undefined,
    },
  ];
}

async function medianOf(work: () => void): Promise<number> {
  const times: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    times.push(await inBatch(() => timed(() => repeat(RUNS, work))));
  }
  return median(times.slice(1));
}

/** The same calls under the virtual globals. */
function alone(): void {
  simulate(() => makeCalls(calls), SIMULATION);
}

function applicationAlone(): void {
  simulate((world) => runApplication(subject, work, (fetch) => (world.fetch = fetch)), SIMULATION);
}

async function againstFakeTimers(): Promise<Measure> {
  const script = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const result = fileURLToPath(new URL('../reports/fake-timers.json', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, 'run', '--project', 'bench'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, BENCH_RESULT: result, BENCH_RUNS: String(RUNS) },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the runs under vitest's fake timers failed: ${stderr}`);
  const { fakeMs, simulatedMs } = JSON.parse(readFileSync(result, 'utf8')) as { fakeMs: number; simulatedMs: number };
  const value = fakeMs / simulatedMs;
  return { measure: "runs/s ÷ the same under vitest's fake timers", value, target: '≥ 3', met: value >= 3 };
}

async function workers(): Promise<Measure> {
  const ratios: number[] = [];
  for (let repetition = 0; repetition < 5; repetition++) {
    const [one, two] = [await throughput(1), await throughput(2)];
    ratios.push(two / one);
  }
  const value = median(ratios);
  return { measure: 'two workers ÷ one', value, target: '≥ 1.7', met: value >= 1.7 };
}

/** Runs per millisecond of `count` parallel workers, each warmed up. */
async function throughput(count: number): Promise<number> {
  const threads = Array.from({ length: count }, () => new Worker(new URL('simulator-thread.ts', import.meta.url)));
  try {
    await Promise.all(threads.map((thread) => answer(thread)));
    const started = performance.now();
    for (const thread of threads) thread.postMessage(RUNS * 5);
    await Promise.all(threads.map((thread) => answer(thread)));
    return (count * RUNS * 5) / (performance.now() - started);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function answer(thread: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

async function determinism(): Promise<Measure[]> {
  let mismatches = 0;
  const before = heap();
  for (let seed = 0; seed < SEEDS; seed++) {
    const hashes = await inMacrotask(() =>
      [1, 2].map(() => simulateRun({ plan: referencePlan(seed), subject }).traceHash()),
    );
    if (hashes[0] !== hashes[1]) mismatches += 1;
  }
  const growth = heap() - before;
  return [
    { measure: `trace mismatches in ${SEEDS} seeds run twice`, value: mismatches, target: '0', met: mismatches === 0 },
    { measure: `heap growth over ${2 * SEEDS} runs, MB`, value: growth, target: '< 5', met: growth < 5 },
  ];
}

function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

function repeat(times: number, work: (at: number) => unknown): void {
  for (let at = 0; at < times; at++) work(at);
}

/** CPU time of this thread in milliseconds, which depends little on the load of the machine. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

function timed(work: () => void): number {
  const started = cpu();
  work();
  return cpu() - started;
}

async function timedAsync(work: () => Promise<void>): Promise<number> {
  const started = cpu();
  await work();
  return cpu() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function print(rows: readonly Measure[]): void {
  const width = Math.max(...rows.map(({ measure }) => measure.length));
  for (const { measure, value, target, met } of rows) {
    const mark = met === undefined ? ' ' : met ? '✓' : '✗';
    console.log(`${mark} ${measure.padEnd(width)}  ${value.toFixed(2).padStart(8)}  ${target}`);
  }
}
