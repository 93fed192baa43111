/** The lines that tabs write, see `tab-script.ts`, and those that the gateway writes about their requests. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { valueOf } from './answer-reader.ts';

/** One poll. The times are those of the clock of its machine, in whole milliseconds, rounded down. */
export interface PollLine {
  tab: number;
  /** Counted from 1 for each tab. */
  ordinal: number;
  /** The position of the story, from 0. */
  story: number;
  startMs: number;
  endMs: number;
  /** Of the request alone, without waiting for a connection. */
  durationMs: number;
  /** Of the answer; 0 without one. */
  status: number;
  value: ObservedProgress | undefined;
  /** Why there is no value. */
  error: string;
}

/** The time of the run was `runMs` at some time from `startMs` to `endMs` of the clock of a machine. */
export interface ClockLine {
  startMs: number;
  endMs: number;
  runMs: number;
}

export interface TabLines {
  poll(line: PollLine): MaybePromise<void>;
  clock(line: ClockLine): void;
}

/**
 * @param others what to do with the lines of others, such as those of k6 itself
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export async function readTabLines(
  file: string,
  { poll, clock }: TabLines,
  others: 'refuse' | 'skip' = 'refuse',
): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const fields = line.split(' ');
    if (fields[0] === 'p' && fields.length >= 9) await poll(pollOf(fields));
    else if (fields[0] === 'c' && fields.length === 4) clock(clockOf(fields));
    else if (line !== '' && others === 'refuse') throw notOfTab(file, number);
  }
}

function pollOf(fields: readonly string[]): PollLine {
  const [, tab, ordinal, story, startMs, endMs, durationMs, status] = fields.map(Number) as number[];
  const hasValue = status === 200 && fields.length > 9;
  return {
    tab: tab!,
    ordinal: ordinal!,
    story: story!,
    startMs: startMs!,
    endMs: endMs!,
    durationMs: durationMs!,
    status: status!,
    value: hasValue ? valueOf(fields.slice(8).join(' ')) : undefined,
    error: hasValue ? '' : decodeURIComponent(fields[8] ?? ''),
  };
}

function clockOf([, startMs, endMs, runMs]: readonly string[]): ClockLine {
  return { startMs: Number(startMs), endMs: Number(endMs), runMs: Number(runMs) };
}

function notOfTab(file: string, line: number): UsageError {
  const hint = 'the file holds what tab-script.ts wrote, by --console-output and --log-format raw';
  return new UsageError('tab-line-invalid', `${file}:${line}: is not a line of a tab`, hint);
}
