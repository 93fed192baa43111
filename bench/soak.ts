/**
 * Runs the same plans over and over in one process, on the embedded and the simulated backend, and prints the curve of
 * what must not grow: memory, open files, child processes, folders: `npm run bench -- soak`, 200 and
 * 20,000 runs; `node --expose-gc bench/soak.ts EMBEDDED SIMULATED` for other numbers, 0 for none. Exit code 1 if anything grows
 * after the first fifth of the runs, memory by its slope. Memory is that of objects: the code that V8 compiles, and what it
 * keeps to compile it again, grow for hundreds of runs, as rarely called functions become worth to be optimised, and are
 * printed besides. Linux only. It counts the folders of every run on this machine:
 * start no other.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapSpaceStatistics } from 'node:v8';
import { subject } from '../fixtures/subjects/guarded/subject.ts';
import { run } from '../harness/index.ts';
import { planOf } from '../harness/plan/scenario.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { scenario } from '../scenarios/lagging-replica-brief.ts';
import { inBatch } from './reference.ts';

const [embeddedRuns = 200, simulatedRuns = 20_000] = process.argv.slice(2).map(Number);
const POINTS = 20;
/** In which caches, compiled code and heaps are filled. */
const WARM_UP_POINTS = 4;
/** From the warm-up to the end, by the slope of a line through the points. */
const GROWTH_MAX_MB = 4;

interface Point {
  runs: number;
  heapMb: number;
  codeMb: number;
  residentMb: number;
  files: number;
  children: number;
  folders: number;
}

const report = mkdtempSync(join(tmpdir(), 'soak-'));
const grown = [
  await curveOf('embedded', embeddedRuns, async (count) => {
    for (let at = 0; at < count; at++) {
      const { valid } = await run({ scenarios: [scenario], subject, report });
      if (valid !== true) throw new Error(`a run was not judged to hold: ${valid}`);
      // The reports of the runs are kept on purpose.
      rmSync(report, { recursive: true });
    }
  }),
  await curveOf('simulated', simulatedRuns, (count) =>
    inBatch(() => {
      for (let seed = 0; seed < count; seed++) simulate(seed);
    }),
  ),
].some(Boolean);
rmSync(report, { recursive: true, force: true });
process.exitCode = grown ? 1 : 0;

function simulate(seed: number): void {
  const plan = planOf(scenario, seed, { lag_ms: scenario.parameters['lag_ms']!.default });
  const { incomplete } = simulateRun({ plan, subject, blockedMsMax: Number.POSITIVE_INFINITY });
  if (incomplete !== undefined) throw incomplete;
}

/** Prints the curve, and returns whether anything has grown. */
async function curveOf(name: string, runs: number, perform: (count: number) => void | Promise<void>): Promise<boolean> {
  if (runs === 0) return false;
  console.log(`${name}\n     runs  heap MB  code MB  resident MB  files  children  folders`);
  const points: Point[] = [];
  for (let at = 1; at <= POINTS; at++) {
    await perform(Math.ceil(runs / POINTS));
    const point = measure(at * Math.ceil(runs / POINTS));
    points.push(point);
    const { heapMb, codeMb, residentMb, files, children, folders } = point;
    const columns = [
      point.runs,
      heapMb.toFixed(2),
      codeMb.toFixed(2),
      residentMb.toFixed(0),
      files,
      children,
      folders,
    ].map(String);
    console.log(columns.map((text, column) => text.padStart([9, 9, 9, 13, 7, 10, 9][column]!)).join(''));
  }
  const flat = points.slice(WARM_UP_POINTS);
  const [first, last] = [flat[0]!, flat.at(-1)!];
  const grownMb = slope(flat.map((point) => [point.runs, point.heapMb])) * (last.runs - first.runs);
  console.log(`${name}: ${grownMb.toFixed(2)} MB of heap in ${last.runs - first.runs} runs, by the slope`);
  const counts = ['files', 'children', 'folders'] as const;
  const what = [...counts.filter((count) => last[count] > first[count]), ...(grownMb > GROWTH_MAX_MB ? ['heap'] : [])];
  console.log(what.length === 0 ? `✓ ${name}: nothing grows` : `✗ ${name}: ${what.join(', ')} grow`);
  return what.length > 0;
}

/** Of the line with the least squares of the distances in y. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const sum = (term: (x: number, y: number) => number): number =>
    points.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
  return sum((x, y) => x * y) / sum((x) => x * x);
}

function measure(runs: number): Point {
  const { heapMb, codeMb } = measureHeap();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  const folders = [tmpdir(), '/tmp', '/dev/shm'].flatMap((root) => readdirSync(root));
  return {
    runs,
    heapMb,
    codeMb,
    residentMb: process.memoryUsage().rss / 1e6,
    files: readdirSync('/proc/self/fd').length,
    children: children === '' ? 0 : children.split(' ').length,
    folders: folders.filter((folder) => folder.startsWith('ratchet-')).length,
  };
}

/** Of the objects, and of the code and its metadata, after garbage collections until what nothing refers to any more is gone. */
function measureHeap(): { heapMb: number; codeMb: number } {
  for (let time = 0; time < 3; time++) globalThis.gc!();
  let [objects, code] = [0, 0];
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (/code|trusted/.test(name)) code += used;
    else objects += used;
  }
  return { heapMb: objects / 1e6, codeMb: code / 1e6 };
}
