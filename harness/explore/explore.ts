/** Explores a range of plans with several workers: assigns chunks, keeps the earliest find, and has it shrunk. */
import type { Clock } from '../clock.ts';
import type { Plan } from '../plan/plan.ts';
import { firstOf } from '../required.ts';
import type { Shrunk } from './search-job.ts';
import { CHUNK_RUNS, type ChunkResult, type Coverage, type Find } from './search.ts';

/** A worker of a search, in another thread or in this one. It rejects if its simulation cannot start or its thread ends. */
export interface SearchWorker {
  search(chunk: number, runs: number): Promise<ChunkResult>;
  shrink(find: Find, onSmaller: (plan: Plan) => void): Promise<Shrunk>;
  /** Stops the worker immediately. */
  close(): void;
}

export interface ExploreOptions {
  workers: readonly SearchWorker[];
  /** Number of plans to try; `undefined`: no limit. */
  runs?: number | undefined;
  timeMs?: number | undefined;
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
  /** Of these plans, how many tested nothing, and why the first of them did not. */
  untested: number;
  untestedReason?: string;
  found: Found | undefined;
  isInterrupted: boolean;
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
    const search = searchAll(options, results, elapsedMs);
    await Promise.race([search, interruption.promise]);
    const searchedMs = elapsedMs();
    const found = await shrunk(options, earliestFind(results), interruption.promise, () =>
      options.onProgress({ state: 'shrinking', ...sum(results, searchedMs) }),
    );
    return { ...sum(results, searchedMs), elapsedMs: elapsedMs(), found, isInterrupted: signal.aborted };
  } finally {
    interruption.stop();
    workers.forEach((worker) => worker.close());
  }
}

async function searchAll(options: ExploreOptions, results: ChunkResult[], elapsedMs: () => number): Promise<void> {
  const { runs = Infinity, timeMs = Infinity, signal } = options;
  let next = 0;
  const isOver = (): boolean => {
    const isFound = next > (earliestFind(results)?.chunk ?? Infinity);
    return isFound || next * CHUNK_RUNS >= runs || elapsedMs() >= timeMs || signal.aborted;
  };
  const work = async (worker: SearchWorker): Promise<void> => {
    while (!isOver()) {
      const chunk = next++;
      results.push(await worker.search(chunk, Math.min(CHUNK_RUNS, runs - chunk * CHUNK_RUNS)));
      options.onProgress({ state: 'searching', ...sum(results, elapsedMs()) });
    }
  };
  await Promise.all(options.workers.map(work));
}

function earliestFind(results: readonly ChunkResult[]): Find | undefined {
  const finds = results.flatMap(({ find }) => (find === undefined ? [] : [find]));
  return finds.sort((a, b) => a.chunk - b.chunk)[0];
}

async function shrunk(
  { workers }: ExploreOptions,
  find: Find | undefined,
  interruption: Promise<void>,
  onSmaller: () => void,
): Promise<Found | undefined> {
  if (find === undefined) return undefined;
  let minimal = find.plan;
  const shrinking = firstOf(workers).shrink(find, (plan) => {
    minimal = plan;
    onSmaller();
  });
  const result = await Promise.race([shrinking, interruption]);
  return {
    ...find,
    minimal: result?.plan ?? minimal,
    shrinkRuns: result?.runs ?? 0,
    isShrunk: result !== undefined,
    steadiness: result?.steadiness,
  };
}

/** Sums the results up to the earliest find; later chunks that other workers have tried do not count. */
function sum(
  results: readonly ChunkResult[],
  elapsedMs: number,
): Pick<Explored, 'runs' | 'runsPerSecond' | 'coverage' | 'untested' | 'untestedReason'> {
  const last = earliestFind(results)?.chunk ?? Infinity;
  const coverage: Coverage = {};
  let runs = 0;
  let untested = 0;
  let allRuns = 0;
  for (const result of results) {
    allRuns += result.runs;
    if (result.chunk > last) continue;
    runs += result.runs;
    untested += result.untested;
    for (const kind of Object.keys(result.coverage) as (keyof Coverage)[])
      coverage[kind] = (coverage[kind] ?? 0) + (result.coverage[kind] ?? 0);
  }
  const reasons = results.toSorted((a, b) => a.chunk - b.chunk).flatMap((result) => result.untestedReason ?? []);
  const [untestedReason] = reasons;
  return {
    runs,
    runsPerSecond: elapsedMs > 0 ? (allRuns / elapsedMs) * 1_000 : 0,
    coverage,
    untested,
    ...(untestedReason === undefined || untested === 0 ? {} : { untestedReason }),
  };
}

function interruptionOf(signal: AbortSignal, close: () => void): { promise: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const interrupt = (): void => {
    close();
    resolve();
  };
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  return { promise, stop: () => signal.removeEventListener('abort', interrupt) };
}
