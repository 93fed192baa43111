/** Reads JSON objects, one after another or in one array, each with its line, which JSON.parse does not give. */
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
 * The objects of a text: one per line, or spread over lines, or the items of a single array.
 * @throws SyntaxProblem
 */
export function* readObjects(text: string): Generator<JsonObject> {
  let at = skipBlank(text, 0);
  let line = 1 + newlinesIn(text, 0, at);
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
    const end = endOfObject(text, at);
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
    const next = skipBlank(text, at + length);
    line += newlinesIn(text, at, next);
    at = next;
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
