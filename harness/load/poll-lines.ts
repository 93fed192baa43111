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
  /** @param at `FILE:LINE` */
  poll(line: PollLine, at: string): MaybePromise<void>;
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
    const at = `${file}:${number}`;
    if (line.startsWith('p ')) await poll(pollOf(line, at), at);
    else if (line.startsWith('c ')) clock(clockOf(line, at));
    else if (line !== '' && others === 'refuse') throw invalid(at, 'is not a line of a tab');
  }
}

/** The number of stories is that of the rounds of a load. */
const POLL = /^p (\d{1,9}) (\d{1,9}) (\d{1,6}) (\d{1,15}) (\d{1,15}) (\d{1,9}(?:\.\d+)?) (\d{1,3}) (.*)$/;
const VALUE = /^[1-9]\d{0,14} \d{1,3}(?:\.\d+)?(?:e-\d{1,3})? \S*$/;
const CLOCK = /^c (\d{1,15}) (\d{1,15}) (-?\d{1,15}(?:\.\d+)?)$/;

function pollOf(line: string, at: string): PollLine {
  const [, ...fields] = POLL.exec(line) ?? [];
  const words = fields.pop();
  const [tab, ordinal, story, startMs, endMs, durationMs, status] = fields.map(Number) as number[];
  if (words === undefined || startMs! > endMs!) throw invalid(at, 'is not a poll of a tab');
  const head = { tab: tab!, ordinal: ordinal!, story: story!, startMs: startMs!, endMs: endMs! };
  const answer = { durationMs: durationMs!, status: status! };
  if (status === 200 && words.includes(' ')) {
    if (!VALUE.test(words) || !isDecodable(words)) throw invalid(at, `is a poll with an unknown value: ${words}`);
    return { ...head, ...answer, value: valueOf(words), error: '' };
  }
  if (!isDecodable(words)) throw invalid(at, 'is a poll with an error that is not encoded');
  return { ...head, ...answer, value: undefined, error: decodeURIComponent(words) };
}

function clockOf(line: string, at: string): ClockLine {
  const [, startMs, endMs, runMs] = CLOCK.exec(line) ?? [];
  if (runMs === undefined || Number(startMs) > Number(endMs)) throw invalid(at, 'is not a comparison of clocks');
  return { startMs: Number(startMs), endMs: Number(endMs), runMs: Number(runMs) };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(at: string, what: string): UsageError {
  const hint = 'the file holds what tab-script.ts wrote, by --console-output and --log-format raw';
  return new UsageError('tab-line-invalid', `${at}: ${what}`, hint);
}
