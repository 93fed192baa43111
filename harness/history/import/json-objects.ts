/** Reads JSON objects, one after another or in one array, each with its line, which JSON.parse does not give. */
import { ENTRY_LENGTH_MAX } from './input-text.ts';
import { SyntaxProblem } from './problem.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

export interface JsonObject {
  value: Record<string, Json>;
  line: number;
}

const blank = /\s*/y;
/** A brace, or a whole string, which may contain braces. */
const landmark = /[{}]|"[^"\\]*(?:\\[^][^"\\]*)*"?/g;

/**
 * The objects of a text, which may be given in pieces: one per line, or spread over lines, or the items of a single array.
 * @throws SyntaxProblem
 */
export function* readObjects(pieces: readonly string[]): Generator<JsonObject> {
  let [text, taken] = ['', 0];
  let [at, line] = [0, 1];
  step(0);
  const isArray = text[at] === '[';
  let mayEnd = true;
  if (isArray) step(1);
  for (;;) {
    if (at >= text.length) {
      if (isArray) throw new SyntaxProblem(line, 'the text ends before the ] of its array');
      return;
    }
    if (isArray && mayEnd && text[at] === ']') break;
    if (text[at] !== '{') throw new SyntaxProblem(line, 'an operation must be a JSON object');
    let end = endOfObject(text, at);
    while (end === undefined && text.length - at < ENTRY_LENGTH_MAX && take()) end = endOfObject(text, at);
    if (end === undefined) throw new SyntaxProblem(line, 'not valid JSON: the object has no end');
    yield { value: parseObject(text.slice(at, end), line), line };
    step(end - at);
    if (!isArray) continue;
    mayEnd = text[at] !== ',';
    if (!mayEnd) step(1);
    else if (at < text.length && text[at] !== ']') throw new SyntaxProblem(line, 'not valid JSON: a comma is missing');
  }
  step(1);
  if (at < text.length) throw new SyntaxProblem(line, 'unexpected text after the end of the history');

  /** Skips `length` characters and the white space after them. */
  function step(length: number): void {
    let from = at + length;
    do {
      const next = skipBlank(text, from);
      line += newlinesIn(text, at, next);
      [at, from] = [next, 0];
    } while (at >= text.length && take());
  }

  /** Appends the next piece to what is left of the text; false after the last piece. */
  function take(): boolean {
    const piece = pieces[taken];
    if (piece === undefined) return false;
    taken += 1;
    text = text.slice(at) + piece;
    at = 0;
    return true;
  }
}

/** The end of the object that begins at `start`; `undefined` if the text ends before it. */
export function endOfObject(text: string, start: number): number | undefined {
  landmark.lastIndex = start;
  let depth = 0;
  for (let match = landmark.exec(text); match !== null; match = landmark.exec(text)) {
    if (match[0] === '{') depth += 1;
    else if (match[0] === '}') depth -= 1;
    if (depth === 0) return landmark.lastIndex;
  }
  return undefined;
}

function parseObject(text: string, line: number): Record<string, Json> {
  try {
    return JSON.parse(text) as Record<string, Json>;
  } catch {
    throw new SyntaxProblem(line, 'not valid JSON');
  }
}

function skipBlank(text: string, from: number): number {
  blank.lastIndex = from;
  blank.test(text);
  return blank.lastIndex;
}

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
