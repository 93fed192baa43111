/** Reads a history into memory if it fits, otherwise in parts. */
import { openSync, statSync } from 'node:fs';
import type { HistoryColumns } from '../history/columns.ts';
import { BYTES_PER_EVENT } from '../history/event-pages.ts';
import type { ImportInput } from '../history/import/import-format.ts';
import { PartsSink, type LineSource, type PartedHistory, type PartsLimits } from '../history/parted-history.ts';
import { EventReader, HistoryReader } from '../history/reader.ts';
import { OpenFile, UnnamedFile } from './unnamed-file.ts';

const LF = 0x0a;
/** A history in memory takes at most about this much, to the bytes of its file. */
const MEMORY_PER_BYTE = 2;
/** Of the columns of one event and of what the checkers derive from it. */
const MEMORY_PER_EVENT = 512;
/** The share of the memory for the pages that are being filled. */
const SHARE_OF_PAGES = 1 / 16;
/** For input of unknown length. */
const PARTS_OF_STREAM = 256;
const PARTS_MAX = 4096;

export interface PartedInput {
  parted: PartedHistory;
  /** Frees the temporary files. */
  close(): void;
}

/**
 * Reads a history in parts, however small it is.
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export async function readInParts(
  { name, bytes }: ImportInput,
  path: string,
  memoryBytes: number,
): Promise<PartedInput> {
  const { size } = statSync(path);
  const input = bytes[Symbol.asyncIterator]();
  const { first, length } = await firstOf(input, FIRST_BYTES);
  return inParts(name, joined(first, input), path, limitsOf(eventsIn(first, length, size), memoryBytes));
}

/**
 * A history with a plan is always read into memory: what it has tested depends on all of it.
 * @param path of the file if its bytes can be read again at any place
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export async function readWithin(
  { name, bytes }: ImportInput,
  path: string | undefined,
  memoryBytes: number,
): Promise<HistoryColumns | PartedInput> {
  const size = path === undefined ? undefined : statSync(path).size;
  const bytesMax = memoryBytes / MEMORY_PER_BYTE;
  const input = bytes[Symbol.asyncIterator]();
  const { first, length } = await firstOf(input, size === undefined ? bytesMax : FIRST_BYTES);
  const isLarge = (size ?? length) > bytesMax && !hasPlan(first);
  const all = joined(first, input);
  if (!isLarge) return inMemory(name, all);
  const events = size === undefined ? undefined : eventsIn(first, length, size);
  return inParts(name, all, path, limitsOf(events, memoryBytes));
}

/** By which the length of lines is estimated. */
const FIRST_BYTES: number = 1024 * 1024;

/** More than `bytesMax`, and at least the first line. */
async function firstOf(
  input: AsyncIterator<Uint8Array>,
  bytesMax: number,
): Promise<{ first: Uint8Array[]; length: number }> {
  const first: Uint8Array[] = [];
  let [length, hasLine] = [0, false];
  while (length <= bytesMax || !hasLine) {
    const next = await input.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
    hasLine ||= next.value.includes(LF);
  }
  return { first, length };
}

async function inMemory(name: string, chunks: AsyncIterable<Uint8Array>): Promise<HistoryColumns> {
  const reader = new HistoryReader(name);
  for await (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

async function inParts(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  path: string | undefined,
  limits: PartsLimits,
): Promise<PartedInput> {
  const pages = new UnnamedFile();
  const lines = path === undefined ? new UnnamedFile() : new OpenFile(openSync(path, 'r'));
  const close = (): void => {
    pages.close();
    lines.close();
  };
  try {
    const sink = new PartsSink(pages, limits);
    const reader = new EventReader(name, sink);
    for await (const chunk of chunks) {
      if (lines instanceof UnnamedFile) lines.add(chunk);
      reader.push(chunk);
    }
    const source: LineSource = lines;
    return { parted: sink.finish(reader.end(), source), close };
  } catch (error) {
    close();
    throw error;
  }
}

function limitsOf(events: number | undefined, memoryBytes: number): PartsLimits {
  const wanted = events === undefined ? PARTS_OF_STREAM : Math.ceil((events * MEMORY_PER_EVENT) / memoryBytes);
  const parts = Math.min(Math.max(wanted, 1), PARTS_MAX);
  return { parts, pageEvents: Math.max(16, Math.floor((memoryBytes * SHARE_OF_PAGES) / BYTES_PER_EVENT / parts)) };
}

/** Estimated by the lines of the first bytes. */
function eventsIn(first: readonly Uint8Array[], length: number, size: number): number {
  let lines = 1;
  for (const chunk of first) for (const byte of chunk) if (byte === LF) lines += 1;
  return (size / length) * lines;
}

function hasPlan(first: readonly Uint8Array[]): boolean {
  const bytes = Buffer.concat(first);
  const end = bytes.indexOf(LF);
  try {
    const header: unknown = JSON.parse(bytes.subarray(0, end === -1 ? bytes.length : end).toString());
    return typeof header === 'object' && header !== null && 'history' in header && 'plan' in header;
  } catch {
    return false;
  }
}

async function* joined(first: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = first.shift(); chunk !== undefined; chunk = first.shift()) yield chunk;
  yield* { [Symbol.asyncIterator]: () => rest };
}
