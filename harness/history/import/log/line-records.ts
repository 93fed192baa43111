/** Reads records of one line each. A line that is not a record does not affect the others. */
import type { Fields } from '../../event-shape.ts';
import { ENTRY_LENGTH_MAX } from '../input-text.ts';
import { SyntaxProblem } from '../problem.ts';
import type { LogRecord, RecordReader } from './log-record.ts';

/** Why a line is not a record: a reason that is the same for all such lines, and a detail of this one. */
export class NotARecord extends Error {
  readonly detail: string;
  constructor(reason: string, detail = '') {
    super(reason);
    this.detail = detail;
  }
}

export class LineRecords implements RecordReader {
  readonly #parse: (line: string) => Fields | undefined;
  #rest = '';
  #line = 0;

  /** @param parse may throw NotARecord; returns `undefined` for a line to ignore, such as a comment */
  constructor(parse: (line: string) => Fields | undefined) {
    this.#parse = parse;
  }

  push(text: string): LogRecord[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > ENTRY_LENGTH_MAX) throw new SyntaxProblem(this.#line + 1, 'the line is too long');
    return lines.flatMap((line) => this.#read(line));
  }

  end(): LogRecord[] {
    const last = this.#rest;
    this.#rest = '';
    return this.#read(last);
  }

  #read(content: string): LogRecord[] {
    this.#line += 1;
    if (content.trim() === '') return [];
    try {
      const fields = this.#parse(content);
      return fields === undefined ? [] : [{ line: this.#line, fields }];
    } catch (error) {
      if (!(error instanceof NotARecord)) throw error;
      return [{ line: this.#line, problem: error.message, detail: error.detail }];
    }
  }
}
