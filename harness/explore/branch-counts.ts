/** How often the code of a subject runs in this thread: the precise coverage of V8, by blocks. */
import { Session, type Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { isCompiledToCommonJs } from '../loader/compile-source.ts';

/** A range of the compiled code of a module, in characters; a range that lies within it may have another count. */
export interface CountedRange {
  start: number;
  end: number;
  count: number;
}

export interface ModuleCounts {
  file: string;
  /** The ranges of each function: first the whole function, then those in it, an outer one before its inner ones. */
  functions: readonly (readonly CountedRange[])[];
}

/** Counts from now on. Code that has run before is counted by whole functions. @returns the counts of the subject's modules */
export function countBranches(): () => ModuleCounts[] {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => {
    const modules: ModuleCounts[] = [];
    // In its own thread a session answers before `post` returns.
    session.post('Profiler.takePreciseCoverage', (_, { result }) => modules.push(...result.flatMap(countsOf)));
    session.disconnect();
    return modules;
  };
}

function countsOf({ url, functions }: Profiler.ScriptCoverage): ModuleCounts[] {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (!isCompiledToCommonJs(file)) return [];
  const ranges = functions.map((each) =>
    each.ranges.map(({ startOffset: start, endOffset: end, count }) => ({ start, end, count })),
  );
  return [{ file, functions: ranges }];
}
