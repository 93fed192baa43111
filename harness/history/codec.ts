/** The text of a history: newline-delimited JSON, an optional header and then one event a line. */
import { UsageError } from '../errors.ts';
import { isObject, shapeProblem, show, valueProblem } from './event-shape.ts';
import type { Fields } from './event-shape.ts';
import type { History, HistoryEvent, HistoryHeader } from './event.ts';
import { ProcessLedger } from './process-ledger.ts';

/**
 * Reads a whole history and refuses one that is not valid: a history that contradicts itself gets no verdict.
 * `file` only names the text in the message.
 * @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1
 */
export function parseHistory(text: string, file: string): History {
  const reader = new HistoryReader();
  let number = 0;
  for (const line of linesOf(text)) {
    number += 1;
    const problem = reader.readLine(line);
    if (problem !== undefined) throw new UsageError('history-invalid', `${file}:${number}: ${problem}`);
  }
  return { header: reader.header, events: reader.events };
}

/** One event as a line, without the newline. */
export function formatEvent(event: HistoryEvent): string {
  const { index, time, process, session, type, f, key, value, ...extra } = event;
  return JSON.stringify({ index, time, process, session, type, f, key, value, ...extra });
}

/** The header as the first line, without the newline. */
export function formatHeader(header: HistoryHeader): string {
  const { history, ...extra } = header;
  return JSON.stringify({ history, ...extra });
}

/** Lines without their ends, LF or CRLF, and without the empty ones at the end of the file. */
function* linesOf(text: string): Generator<string> {
  const end = text.trimEnd().length;
  for (let start = 0; start < end;) {
    const newline = text.indexOf('\n', start);
    const stop = newline === -1 ? end : newline;
    yield text.slice(start, stop);
    start = stop + 1;
  }
}

class HistoryReader {
  header: HistoryHeader | undefined;
  readonly events: HistoryEvent[] = [];
  readonly #ledger = new ProcessLedger();
  #isFirstLine = true;

  /** Takes in the next line; returns what is wrong with it, or `undefined` when nothing is. */
  readLine(line: string): string | undefined {
    const isFirstLine = this.#isFirstLine;
    this.#isFirstLine = false;
    if (line.trim() === '') return 'an empty line: only the end of the file may have some';
    const fields = parseJson(line);
    if (fields === undefined) return 'not valid JSON: is the line complete?';
    if (!isObject(fields)) return `an event must be a JSON object, not ${show(fields)}`;
    if (!isHeader(fields)) return this.#readEvent(fields);
    if (!isFirstLine) return 'a header may only be the first line';
    this.header = fields as HistoryHeader;
    return headerProblem(fields);
  }

  #readEvent(fields: Fields): string | undefined {
    const problem = shapeProblem(fields) ?? this.#sequenceProblem(fields);
    if (problem !== undefined) return problem;
    const event = fields as unknown as HistoryEvent;
    this.events.push(event);
    return this.#ledger.enter(event);
  }

  #sequenceProblem({ index, time }: Fields): string | undefined {
    const expected = this.events.length;
    if (index !== expected) return `index is ${show(index)}, expected ${expected}`;
    const before = this.events.at(-1)?.time ?? 0;
    return (time as number) < before ? `time goes back from ${before} to ${show(time)}` : undefined;
  }
}

/** `undefined` stands for text that is not JSON, which has no `undefined` of its own. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Extra fields of an event are free, so one that is called `history` does not make it a header. */
function isHeader(fields: Fields): boolean {
  return 'history' in fields && !('index' in fields);
}

function headerProblem({ history, initial }: Fields): string | undefined {
  if (history !== 1) return `history format ${show(history)} is unknown: this version reads 1`;
  const problem = initial === undefined ? undefined : valueProblem(initial);
  return problem === undefined ? undefined : `initial: ${problem}`;
}
