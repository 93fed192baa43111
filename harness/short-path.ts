import { relative } from 'node:path';

/** A path as a person reads it: relative to the working directory where it lies below that. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
