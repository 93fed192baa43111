/** Explores a range of plans with several workers: assigns chunks, keeps the earliest find, and has it shrunk. */
import type { Clock } from '../clock.ts';
import type { Plan } from '../plan/plan.ts';
import type { CodeCoverage } from '../port/code-coverage.ts';
import type { Shard } from '../port/shard.ts';
import { firstOf } from '../required.ts';
import { codeCoverageOf } from './branch-coverage.ts';
import type { ModuleCounts } from './branch-counts.ts';
import type { Coverage, Pair } from './coverage.ts';
import { interruptionOf } from './interruption.ts';
import { CHUNK_RUNS, type ChunkResult, type Find } from './search.ts';
import type { Shrunk } from './shrink-plan.ts';
import { isBlocked, STEADY, type Failing } from './trial.ts';

/** A worker of a search, in another thread or in this one. It rejects if its simulation cannot start or its thread ends. */
export interface SearchWorker {
  search(chunk: number, runs: number): Promise<ChunkResult>;
  shrink(find: Find, onSmaller: (plan: Plan) => void): Promise<Shrunk>;
  /** How often the code of the subject has run in it; present if it counts that. */
  branches?(): Promise<readonly ModuleCounts[]>;
  /** Stops the worker immediately. */
  close(): void;
}

export interface ExploreOptions {
  workers: readonly SearchWorker[];
  /** Number of plans to try; `undefined`: no limit. */
  runs?: number | undefined;
  timeMs?: number | undefined;
  /** Only every n-th chunk; `undefined`: all. */
  shard?: Shard | undefined;
  clock: Clock;
  onProgress(progress: Progress): void;
  /** Stops the exploration; a find so far is kept. */
  signal: AbortSignal;
}

export interface Progress {
  state: 'searching' | 'shrinking';
  runs: number;
  runsPerSecond: number;
  coverage: Coverage;
}

export interface Explored {
  /** Number of plans tried, up to the find if there is one. */
  runs: number;
  runsPerSecond: number;
  elapsedMs: number;
  coverage: Coverage;
  /** The pairs of a kind of deviation and a phase of the application that were tried. */
  pairs: readonly Pair[];
  /** The branches of the subject's code that were taken, if the workers count them and were not interrupted. */
  code?: CodeCoverage;
  /** Of these plans, how many tested nothing, and why the first of them did not. */
  untested: number;
  untestedReason?: string;
  /** What the application does wrong in plans that can be judged nevertheless. */
  warning?: string;
  found: Found | undefined;
  isInterrupted: boolean;
  /** What is summed in the other fields, in order. */
  chunks: readonly ChunkResult[];
}

export interface Found extends Find {
  /** The smallest plan so far that fails in the same way. */
  minimal: Plan;
  shrinkRuns: number;
  isShrunk: boolean;
  /** The number of other timings under which it also fails; unknown until it is shrunk. */
  steadiness: number | undefined;
}

/**
 * The result is the find of the earliest chunk, so a seed and a number of runs give the same result with any number of
 * workers.
 */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const { workers, clock, signal } = options;
  const began = clock.now();
  const elapsedMs = (): number => (clock.now() - began) / 1e6;
  const results: ChunkResult[] = [];
  const interruption = interruptionOf(signal, () => workers.forEach((worker) => worker.close()));
  try {
    const finds: Found[] = [];
    let searchedMs = 0;
    const shrink = (find: Find): Promise<Found> =>
      shrunk(options, find, interruption.promise, () =>
        options.onProgress({ state: 'shrinking', ...tallyOf(results, searchedMs, lastChunk(results, finds)) }),
      );
    while (finds.length < FINDS_MAX && !signal.aborted && elapsedMs() < (options.timeMs ?? Infinity)) {
      const chunks = chunksFor(options, finds);
      const beganMs = elapsedMs();
      await Promise.race([searchAll(options, chunks, results, elapsedMs), interruption.promise]);
      searchedMs += elapsedMs() - beganMs;
      const find = earliestFind(results, chunks);
      if (find === undefined) break;
      // A run that broke is shrunk only if no violation is found.
      finds.push(isFailed(find) ? unshrunk(find) : await shrink(find));
      if (isConclusive(finds.at(-1))) break;
    }
    const best = finds.toSorted((a, b) => weightOf(b) - weightOf(a))[0];
    const found = best !== undefined && isFailed(best) && !signal.aborted ? await shrink(best) : best;
    const counted = signal.aborted ? [] : await Promise.all(workers.flatMap((worker) => worker.branches?.() ?? []));
    const code = counted.length === 0 ? {} : { code: codeCoverageOf(counted) };
    return {
      ...sum(results, searchedMs, finds),
      ...code,
      elapsedMs: elapsedMs(),
      found,
      isInterrupted: signal.aborted,
    };
  } finally {
    interruption.stop();
    workers.forEach((worker) => worker.close());
  }
}

/** How many chunks are searched after one whose find is not conclusive, for a find that is. */
const SEARCHED_ON = 6;
const FINDS_MAX = 3;

/** A run that failed: another plan may violate a property. */
function isFailed({ failing }: Find): boolean {
  return failing.kind === 'broken' && !isSurviving(failing) && !isBlocked(failing);
}

/** A violation that does not depend on exact timing, or a search that was interrupted: no other find would count more. */
function isConclusive(found: Found | undefined): boolean {
  if (found === undefined || isFailed(found)) return false;
  return !found.isShrunk || found.failing.kind === 'mismatch' || isBlocked(found.failing) || weightOf(found) > STEADY;
}

/** Which find counts: any violation more than a run that broke, and a steady one most. */
function weightOf({ failing, steadiness = 0 }: Found): number {
  return failing.kind === 'broken' ? 0 : 1 + steadiness;
}

interface Chunks {
  from: number;
  /** The first chunk that is not searched. */
  to: number;
}

function chunksFor({ runs = Infinity }: ExploreOptions, finds: readonly Found[]): Chunks {
  const to = Math.ceil(runs / CHUNK_RUNS);
  const [first] = finds;
  const last = finds.at(-1);
  if (first === undefined || last === undefined) return { from: 0, to };
  return { from: last.chunk + 1, to: Math.min(to, first.chunk + 1 + SEARCHED_ON) };
}

async function searchAll(
  options: ExploreOptions,
  chunks: Chunks,
  results: ChunkResult[],
  elapsedMs: () => number,
): Promise<void> {
  const { runs = Infinity, timeMs = Infinity, signal, shard = { number: 1, of: 1 } } = options;
  const isKnown = (chunk: number): boolean =>
    chunk % shard.of !== shard.number - 1 || results.some((result) => result.chunk === chunk);
  const { from, to } = chunks;
  let next = from;
  const isOver = (): boolean => {
    while (isKnown(next)) next += 1;
    const isFound = next > (earliestFind(results, chunks)?.chunk ?? Infinity);
    return isFound || next >= to || elapsedMs() >= timeMs || signal.aborted;
  };
  const work = async (worker: SearchWorker): Promise<void> => {
    while (!isOver()) {
      const chunk = next++;
      results.push(await worker.search(chunk, Math.min(CHUNK_RUNS, runs - chunk * CHUNK_RUNS)));
      options.onProgress({ state: 'searching', ...tallyOf(results, elapsedMs(), lastChunk(results, [])) });
    }
  };
  await Promise.all(options.workers.map(work));
}

function earliestFind(results: readonly ChunkResult[], { from, to }: Chunks): Find | undefined {
  const finds = results.flatMap(({ find }) =>
    find === undefined || find.chunk < from || find.chunk >= to ? [] : [find],
  );
  return finds.sort((a, b) => a.chunk - b.chunk)[0];
}

async function shrunk(
  { workers }: ExploreOptions,
  find: Find,
  interruption: Promise<void>,
  onSmaller: () => void,
): Promise<Found> {
  let minimal = find.plan;
  const shrinking = firstOf(workers).shrink(find, (plan) => {
    minimal = plan;
    onSmaller();
  });
  const result = await Promise.race([shrinking, interruption]);
  const { surviving } = result ?? {};
  return {
    ...find,
    ...(surviving === undefined
      ? {}
      : { failing: survivesIn(surviving.map((name) => `globalThis.${name}`).join(', ')) }),
    minimal: result?.plan ?? minimal,
    shrinkRuns: result?.runs ?? 0,
    isShrunk: result !== undefined,
    steadiness: result?.steadiness,
  };
}

function unshrunk(find: Find): Found {
  return { ...find, minimal: find.plan, shrinkRuns: 0, isShrunk: false, steadiness: undefined };
}

/** A plan that fails only after the runs before it says nothing about the application in a new process. */
export function survivesIn(where: string): Failing {
  return { kind: 'broken', what: `${SURVIVES}: ${where}` };
}

export function isSurviving({ what }: Failing): boolean {
  return what.startsWith(SURVIVES);
}

const SURVIVES = 'state survives between runs';

/** Sums the results up to the find that ended the search; later chunks that other workers have tried do not count. */
function sum(
  results: readonly ChunkResult[],
  elapsedMs: number,
  finds: readonly Found[],
): Omit<Explored, 'elapsedMs' | 'found' | 'isInterrupted' | 'code'> {
  const last = lastChunk(results, finds);
  const counted = results.filter(({ chunk }) => chunk <= last).toSorted((a, b) => a.chunk - b.chunk);
  const untested = counted.reduce((total, result) => total + result.untested, 0);
  const [untestedReason] = counted.flatMap((result) => result.untestedReason ?? []);
  const [warning] = counted.flatMap((result) => result.warning ?? []);
  return {
    ...tallyOf(results, elapsedMs, last),
    chunks: counted,
    pairs: [...new Set(counted.flatMap((result) => result.pairs))].sort(),
    untested,
    ...(untestedReason === undefined || untested === 0 ? {} : { untestedReason }),
    ...(warning === undefined ? {} : { warning }),
  };
}

/** What the progress shows. It is computed after every chunk, so it has only counts. */
function tallyOf(
  results: readonly ChunkResult[],
  elapsedMs: number,
  last: number,
): Pick<Explored, 'runs' | 'runsPerSecond' | 'coverage'> {
  const coverage: Coverage = {};
  let runs = 0;
  let allRuns = 0;
  for (const result of results) {
    allRuns += result.runs;
    if (result.chunk > last) continue;
    runs += result.runs;
    for (const kind of Object.keys(result.coverage) as (keyof Coverage)[])
      coverage[kind] = (coverage[kind] ?? 0) + (result.coverage[kind] ?? 0);
  }
  return { runs, runsPerSecond: elapsedMs > 0 ? (allRuns / elapsedMs) * 1_000 : 0, coverage };
}

function lastChunk(results: readonly ChunkResult[], finds: readonly Found[]): number {
  const [first] = finds;
  const last = finds.at(-1);
  if (first === undefined || last === undefined)
    return earliestFind(results, { from: 0, to: Infinity })?.chunk ?? Infinity;
  return isConclusive(last) || finds.length === FINDS_MAX ? last.chunk : first.chunk + SEARCHED_ON;
}
