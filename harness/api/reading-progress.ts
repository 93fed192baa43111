/** Messages about the progress of reading histories, which may be long. */
import { statSync } from 'node:fs';
import { realClock } from '../clock.ts';
import { Pace } from '../pace.ts';
import { isSeekable, nameOfInput } from './input.ts';

const MEGABYTE = 1e6;

/**
 * @param file its path, or `-`
 * @param told called with what happens, e.g. `reading a.ndjson: 120 of 400 MB, 210 MB/s, 1 s left`
 * @returns receives the number of bytes that have been read so far
 */
export function readingProgress(file: string, told: (message: string) => void): (bytes: number) => void {
  const total = sizeOf(file);
  const pace = new Pace(realClock(), 'MB', total === undefined ? undefined : total / MEGABYTE);
  const of = total === undefined ? '' : ` of ${Math.ceil(total / MEGABYTE)}`;
  return (bytes) =>
    told(`reading ${nameOfInput(file)}: ${Math.round(bytes / MEGABYTE)}${of} MB${pace.after(bytes / MEGABYTE)}`);
}

/** In bytes; `undefined` for what is compressed or a stream, whose length is not known before its end. */
function sizeOf(file: string): number | undefined {
  try {
    return isSeekable(file) ? statSync(file).size : undefined;
  } catch {
    return undefined;
  }
}
