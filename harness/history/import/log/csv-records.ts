/** Reads the rows of a CSV table. */
import { CsvError, parse } from 'csv-parse';
import { SyntaxProblem } from '../problem.ts';
import { ENTRY_LENGTH_MAX } from '../input-text.ts';
import type { LogRecord, RecordReader } from './log-record.ts';

interface Row {
  record: Record<string, string>;
  /** `lines`: up to which the row reaches. */
  info: { lines: number };
}

/** A value without text is missing. */
export class CsvRecords implements RecordReader {
  readonly #delimiterOf: (text: string) => string | undefined;
  #begin = '';
  #parser: ReturnType<typeof parse> | undefined;
  #failure: Error | undefined;
  /** The line at which the next row begins. */
  #line = 2;

  /** @param delimiterOf the separator, by a text that begins with the first line */
  constructor(delimiterOf: (text: string) => string | undefined) {
    this.#delimiterOf = delimiterOf;
  }

  push(text: string): LogRecord[] {
    if (this.#parser !== undefined) return this.#write(this.#parser, text);
    this.#begin += text;
    return /[\r\n]/.test(this.#begin) || this.#begin.length > ENTRY_LENGTH_MAX ? this.#open() : [];
  }

  end(): LogRecord[] {
    const records = this.#parser === undefined ? this.#open() : [];
    const parser = this.#parser;
    parser?.end();
    return [...records, ...this.#read(parser)];
  }

  #open(): LogRecord[] {
    const delimiter = this.#delimiterOf(this.#begin) ?? ',';
    const parser = parse({
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      delimiter,
      max_record_size: ENTRY_LENGTH_MAX,
    });
    parser.on('error', (error) => (this.#failure = error));
    this.#parser = parser;
    return this.#write(parser, this.#begin);
  }

  #write(parser: ReturnType<typeof parse>, text: string): LogRecord[] {
    parser.write(text);
    return this.#read(parser);
  }

  /** The parser parses what is written at once. */
  #read(parser: ReturnType<typeof parse> | undefined): LogRecord[] {
    const records: LogRecord[] = [];
    for (let row = parser?.read() as Row | null; row; row = parser?.read() as Row | null) {
      const fields = Object.fromEntries(Object.entries(row.record).filter(([, value]) => value !== ''));
      records.push({ line: this.#line, fields });
      this.#line = row.info.lines + 1;
    }
    if (this.#failure !== undefined) throw problemOf(this.#failure);
    return records;
  }
}

function problemOf(error: Error): SyntaxProblem {
  const line = error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : 1;
  return new SyntaxProblem(Math.max(1, line), `not a CSV table: ${error.message.split('\n')[0]}`);
}
