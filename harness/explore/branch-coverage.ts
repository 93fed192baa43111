/** Which branches of a subject's code a search has taken, from the counts of its threads. */
import type { CodeCoverage, Lines } from '../port/code-coverage.ts';
import { commonJsOf } from '../loader/compile-source.ts';
import { shortPath } from '../short-path.ts';
import type { CountedRange, ModuleCounts } from './branch-counts.ts';

/** A part of the code that runs as often as a whole: a function, or a block in it that runs more or less often. */
interface Branch {
  start: number;
  end: number;
  isTaken: boolean;
}

/** The counts of all threads are added, so that the result does not depend on which thread tried which plan. */
export function codeCoverageOf(threads: readonly (readonly ModuleCounts[])[]): CodeCoverage {
  const modules = Map.groupBy(threads.flat(), ({ file }) => file);
  const files = [...modules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, counts]) => fileCoverage(file, counts));
  return { files: files.filter(({ all }) => all > 0) };
}

function fileCoverage(file: string, counts: readonly ModuleCounts[]): CodeCoverage['files'][number] {
  const { code, originalLine } = commonJsOf(file);
  const own = branchesOf(counts, code.length).filter(({ start }) => start >= ownCodeAt(code));
  const never = own.filter(({ isTaken }) => !isTaken).flatMap((branch) => linesOf(branch, code, originalLine));
  const taken = own.filter(({ isTaken }) => isTaken).length;
  return { file: shortPath(file), taken, all: taken + never.length, never: merged(never) };
}

/** What the compiler puts first, the exports and its own functions, is not the user's. */
function ownCodeAt(code: string): number {
  const exportsAt = code.indexOf('module.exports = __toCommonJS(');
  return exportsAt < 0 ? 0 : code.indexOf('\n', exportsAt) + 1;
}

export function branchesOf(counts: readonly ModuleCounts[], length: number): Branch[] {
  const functions = Map.groupBy(
    counts.flatMap(({ functions: all }) => all),
    ([whole]) => `${whole?.start} ${whole?.end}`,
  );
  const branches = [...functions.values()].flatMap((threads) => branchesOfFunction(threads));
  // The code of the module itself is no branch.
  const inner = branches.filter(({ start, end }) => start > 0 || end < length);
  const never = inner.filter(({ isTaken }) => !isTaken);
  const isWithinNever = (branch: Branch): boolean =>
    never.some((other) => other !== branch && other.start <= branch.start && branch.end <= other.end);
  return inner.filter((branch) => !isWithinNever(branch)).sort((a, b) => a.start - b.start);
}

/** V8 reports a block only where its count differs from that of the code around it; so does this for the sums. */
function branchesOfFunction(threads: readonly (readonly CountedRange[])[]): Branch[] {
  const bounds = new Set(threads.flatMap((ranges) => ranges.flatMap(({ start, end }) => [start, end])));
  const offsets = [...bounds].sort((a, b) => a - b);
  const found: Branch[] = [];
  /** The branches around the current offset with their counts, from the whole function inwards. */
  const open: { count: number; branch: Branch }[] = [];
  for (const [at, start] of offsets.slice(0, -1).entries()) {
    const end = offsets[at + 1] ?? start;
    const count = threads.reduce((sum, ranges) => sum + countAt(ranges, start), 0);
    const known = open.findLastIndex((each) => each.count === count);
    if (known >= 0) open.length = known + 1;
    else {
      const branch = { start, end, isTaken: count > 0 };
      open.push({ count, branch });
      found.push(branch);
    }
    for (const { branch } of open) branch.end = end;
  }
  return found;
}

/** The count of the innermost range. */
function countAt(ranges: readonly CountedRange[], offset: number): number {
  return ranges.findLast(({ start, end }) => start <= offset && offset < end)?.count ?? 0;
}

/** None for braces and blanks alone. */
function linesOf({ start, end }: Branch, code: string, originalLine: (offset: number) => number | undefined): Lines[] {
  const text = code.slice(start, end);
  const inner = text.replace(/^[\s{]+/, '');
  const from = originalLine(end - inner.length);
  const to = originalLine(start + text.replace(/[\s{};]+$/, '').length - 1);
  if (/^[\s{};]*$/.test(text) || from === undefined) return [];
  return [{ from, to: Math.max(from, to ?? from) }];
}

/** In order, each line once. */
function merged(all: readonly Lines[]): Lines[] {
  const result: Lines[] = [];
  for (const lines of all.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && lines.from <= last.to) last.to = Math.max(last.to, lines.to);
    else result.push({ ...lines });
  }
  return result;
}
