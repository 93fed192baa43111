import { relative } from 'node:path';

/** A path for output: relative to the working directory if it is inside it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
