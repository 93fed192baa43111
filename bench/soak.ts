/**
 * Runs the same plans over and over in one process, on the embedded and the simulated backend, and prints the curve of
 * what must not grow: memory, open files, child processes, folders: `npm run bench -- soak`, 200 and
 * 20,000 runs; `node --expose-gc bench/soak.ts EMBEDDED SIMULATED` for other numbers. Exit code 1 if anything grows. Linux only.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subject } from '../fixtures/subjects/guarded/subject.ts';
import { run } from '../harness/index.ts';
import { scenario } from '../scenarios/lagging-replica-brief.ts';
import { inBatch, runReference } from './reference.ts';

const [embeddedRuns = 200, simulatedRuns = 20_000] = process.argv.slice(2).map(Number);
const POINTS = 10;
/** What the first tenth of the runs may still fill: caches, compiled code, heaps. */
const GROWTH_MAX_MB = 32;

interface Point {
  runs: number;
  heapMb: number;
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
      for (let seed = 0; seed < count; seed++) runReference(seed);
    }),
  ),
].some(Boolean);
rmSync(report, { recursive: true, force: true });
process.exitCode = grown ? 1 : 0;

/** Prints the curve, and returns whether anything has grown since its first point. */
async function curveOf(name: string, runs: number, perform: (count: number) => void | Promise<void>): Promise<boolean> {
  console.log(`${name}\n     runs  heap MB  files  children  folders`);
  const points: Point[] = [];
  for (let at = 1; at <= POINTS; at++) {
    await perform(Math.ceil(runs / POINTS));
    const point = measure(at * Math.ceil(runs / POINTS));
    points.push(point);
    const { heapMb, files, children, folders } = point;
    const columns = [point.runs, heapMb.toFixed(1), files, children, folders].map(String);
    console.log(columns.map((text, column) => text.padStart([9, 9, 7, 10, 9][column]!)).join(''));
  }
  const [first, last] = [points[0]!, points.at(-1)!];
  const counts = ['files', 'children', 'folders'] as const;
  const what = counts.filter((count) => last[count] > first[count]);
  const heap = last.heapMb - first.heapMb > GROWTH_MAX_MB ? ['heap'] : [];
  const all = [...what, ...heap];
  console.log(all.length === 0 ? `✓ ${name}: nothing grows` : `✗ ${name}: ${all.join(', ')} grow`);
  return all.length > 0;
}

function measure(runs: number): Point {
  globalThis.gc!();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  const folders = [tmpdir(), '/tmp', '/dev/shm'].flatMap((root) => readdirSync(root));
  return {
    runs,
    heapMb: process.memoryUsage().heapUsed / 1e6,
    files: readdirSync('/proc/self/fd').length,
    children: children === '' ? 0 : children.split(' ').length,
    folders: folders.filter((folder) => folder.startsWith('ratchet-')).length,
  };
}
