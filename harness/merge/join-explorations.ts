/** Joins the explorations of shards, each of which tried other chunks of the plans of one range, into one. */
import type { Validity } from '../checker/verdict.ts';
import type { ExploredChunk, JudgedExploration } from '../port/reporter.ts';
import { firstOf } from '../required.ts';

/**
 * The result is that of one search of all plans: the find of the earliest chunk counts, and later chunks do not.
 * @param parts in the order of the shards; at least one
 * @param isComplete whether all shards have ended
 */
export function joinExplorations(parts: readonly JudgedExploration[], isComplete: boolean): JudgedExploration {
  const best = earliestFind(parts);
  const representative = best ?? firstOf(parts);
  const last = best?.chunks?.at(-1)?.chunk ?? Infinity;
  const isInterrupted = parts.some((part) => part.isInterrupted);
  const measured = { ...sumOf(parts, last), isInterrupted };
  const valid = validityOf({ ...measured, found: best?.found }, isComplete);
  const { untestedReason: _, warning: __, chunks: ___, ...rest } = representative;
  const { untestedReason: ____, warning: _____, ...record } = representative.record;
  return { ...rest, ...measured, valid, record: { ...record, ...measured } };
}

/** A violation counts more than a run that broke, and an earlier chunk more than a later one. */
function earliestFind(parts: readonly JudgedExploration[]): JudgedExploration | undefined {
  const chunkOf = ({ found }: JudgedExploration): number => found?.chunk ?? Infinity;
  const finds = parts.filter(({ found }) => found !== undefined).toSorted((a, b) => chunkOf(a) - chunkOf(b));
  return finds.find(({ valid }) => valid === false) ?? finds[0];
}

type Measured = Pick<
  JudgedExploration,
  'runs' | 'runsPerSecond' | 'elapsedMs' | 'coverage' | 'pairs' | 'untested' | 'untestedReason' | 'warning'
>;

/** The search took as long as its longest part. */
function sumOf(parts: readonly JudgedExploration[], last: number): Measured {
  const chunks = parts.flatMap((part) => part.chunks ?? []).toSorted((a, b) => a.chunk - b.chunk);
  const counted = chunks.filter(({ chunk }) => chunk <= last);
  const total = (what: 'runs' | 'untested'): number => counted.reduce((sum, chunk) => sum + chunk[what], 0);
  const untested = total('untested');
  const untestedReason = counted.find((chunk) => chunk.untestedReason !== undefined)?.untestedReason;
  const warning = counted.find((chunk) => chunk.warning !== undefined)?.warning;
  return {
    runs: total('runs'),
    runsPerSecond: parts.reduce((sum, part) => sum + part.runsPerSecond, 0),
    coverage: coverageOf(counted),
    pairs: [...new Set(counted.flatMap((chunk) => chunk.pairs))].toSorted(),
    untested,
    ...(untestedReason === undefined || untested === 0 ? {} : { untestedReason }),
    ...(warning === undefined ? {} : { warning }),
    elapsedMs: Math.max(...parts.map((part) => part.elapsedMs)),
  };
}

function coverageOf(chunks: readonly ExploredChunk[]): Record<string, number> {
  const coverage: Record<string, number> = {};
  for (const chunk of chunks)
    for (const [kind, count = 0] of Object.entries(chunk.coverage)) coverage[kind] = (coverage[kind] ?? 0) + count;
  return coverage;
}

/** As of one search, but unknown if it is incomplete and has found nothing. */
function validityOf(
  { found, runs, untested, isInterrupted }: Pick<JudgedExploration, 'found' | 'runs' | 'untested' | 'isInterrupted'>,
  isComplete: boolean,
): Validity {
  if (found?.failing.kind === 'violation') return false;
  return found !== undefined || untested === runs || isInterrupted || !isComplete ? 'unknown' : true;
}
