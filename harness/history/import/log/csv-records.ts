/** Reads the rows of a CSV table. */
import { CsvError, parse } from 'csv-parse';
import { SyntaxProblem } from '../problem.ts';
import { ENTRY_LENGTH_MAX } from '../input-text.ts';
import type { LogRecord, RecordReader } from './log-record.ts';

interface Row {
  record: Record<string, string>;
  /** `lines`: the last one of the row. */
  info: { lines: number };
}

/** A value without text is missing. */
export class CsvRecords implements RecordReader {
  readonly #delimiterOf: (text: string) => string | undefined;
  #begin = '';
  #parser: ReturnType<typeof parse> | undefined;
  #rows: Row[] = [];

  /** @param delimiterOf the separator, by a text that begins with the first line */
  constructor(delimiterOf: (text: string) => string | undefined) {
    this.#delimiterOf = delimiterOf;
  }

  async push(text: string): Promise<LogRecord[]> {
    if (this.#parser !== undefined) return this.#write(this.#parser, text);
    this.#begin += text;
    const hasLine = /[\r\n]/.test(this.#begin) || this.#begin.length > ENTRY_LENGTH_MAX;
    return hasLine ? this.#write(this.#open(), this.#begin) : [];
  }

  async end(): Promise<LogRecord[]> {
    const isOpen = this.#parser !== undefined;
    const parser = this.#open();
    const records = isOpen ? [] : await this.#write(parser, this.#begin);
    await new Promise<void>((resolve, reject) => {
      parser.once('end', resolve).once('error', (error) => reject(problemOf(error)));
      parser.end();
    });
    return [...records, ...this.#take()];
  }

  #open(): ReturnType<typeof parse> {
    this.#parser ??= parse({
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      delimiter: this.#delimiterOf(this.#begin) ?? ',',
      max_record_size: ENTRY_LENGTH_MAX,
    })
      .on('data', (row: Row) => void this.#rows.push(row))
      // Told by the callback of the write.
      .on('error', () => undefined);
    return this.#parser;
  }

  async #write(parser: ReturnType<typeof parse>, text: string): Promise<LogRecord[]> {
    await new Promise<void>((resolve, reject) => {
      parser.write(text, (error) => (error ? reject(problemOf(error)) : resolve()));
    });
    return this.#take();
  }

  #take(): LogRecord[] {
    const records = this.#rows.map(({ record, info }): LogRecord => {
      const values = Object.entries(record);
      const within = values.reduce((sum, [, value]) => sum + newlinesIn(value), 0);
      return { line: info.lines - within, fields: Object.fromEntries(values.filter(([, value]) => value !== '')) };
    });
    this.#rows = [];
    return records;
  }
}

function newlinesIn(text: string): number {
  return text.includes('\n') ? text.split('\n').length - 1 : 0;
}

function problemOf(error: Error): SyntaxProblem {
  const line = error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : 1;
  return new SyntaxProblem(Math.max(1, line), `not a CSV table: ${error.message.split('\n')[0]}`);
}
