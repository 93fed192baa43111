/** Reads JSON objects: one per line, spread over lines, or in a list. */
import { isObject, show } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import { SyntaxProblem } from '../problem.ts';
import { parseExactly } from './exact-json.ts';
import { JsonItems, type JsonItem } from './json-items.ts';
import { LineRecords, NotARecord } from './line-records.ts';
import type { LogRecord, RecordReader } from './log-record.ts';

/** Whether objects have a line each is decided by the first line. */
export class JsonRecords implements RecordReader {
  #begin = '';
  #reader: RecordReader | undefined;

  push(text: string): LogRecord[] {
    if (this.#reader !== undefined) return this.#reader.push(text);
    this.#begin += text;
    const start = /^[\s\uFEFF]*[^\s\uFEFF][^\n]*\n/.exec(this.#begin);
    if (start === null && this.#begin.length < FIRST_LINE_MAX) return [];
    return this.#open(start?.[0] ?? this.#begin).push(this.#begin);
  }

  end(): LogRecord[] {
    const pending = this.#reader === undefined ? this.#open(this.#begin).push(this.#begin) : [];
    return [...pending, ...(this.#reader?.end() ?? [])];
  }

  #open(start: string): RecordReader {
    const first = start.replaceAll('\uFEFF', '').trim();
    const isDocument = first.startsWith('[') || /^\{(?:$|.*[,{[]$)/.test(first);
    this.#reader = isDocument ? new ItemRecords(['', '*']) : new LineRecords(objectOfLine);
    return this.#reader;
  }
}

const FIRST_LINE_MAX = 1024 * 1024;

/** The objects at paths of JSON documents. */
export class ItemRecords implements RecordReader {
  readonly #items: JsonItems;
  readonly #fieldsOf: (value: unknown) => Fields[] | undefined;

  /** @param fieldsOf the records of a value, `undefined` if it is of a wrong kind; an object is a record if missing */
  constructor(paths: readonly string[], fieldsOf: (value: unknown) => Fields[] | undefined = recordOfObject) {
    this.#items = new JsonItems(paths);
    this.#fieldsOf = fieldsOf;
  }

  push(text: string): LogRecord[] {
    return this.#items.push(text).flatMap((item) => this.#recordsOf(item));
  }

  end(): LogRecord[] {
    return this.#items.end().flatMap((item) => this.#recordsOf(item));
  }

  #recordsOf({ value, line }: JsonItem): LogRecord[] {
    const records = this.#fieldsOf(value);
    if (records === undefined) throw new SyntaxProblem(line, `not a JSON object: ${show(value)}`);
    return records.map((fields) => ({ line, fields }));
  }
}

function recordOfObject(value: unknown): Fields[] | undefined {
  return isObject(value) ? [value] : undefined;
}

/** @throws NotARecord */
function objectOfLine(line: string): Fields {
  let value: unknown;
  try {
    value = parseExactly(line.startsWith('\uFEFF') ? line.slice(1) : line);
  } catch {
    throw new NotARecord('not valid JSON');
  }
  if (!isObject(value)) throw new NotARecord('not a JSON object', show(value));
  return value;
}
