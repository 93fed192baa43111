import { firstJsonObject, textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';
import type { LogRecord, RecordReader } from '../log-record.ts';
import { delimiterOf } from './csv-log.ts';

/** What the log explorer of Supabase exports, or its API returns, as JSON or CSV. What a function logs is in `event_message`. */
export const supabaseLog: LogFormat = {
  name: 'supabase',
  noun: "an export of Supabase's log explorer",
  recognise(firstBytes) {
    const text = textOfFirst(firstBytes);
    if (/^\s*\{\s*"result"\s*:\s*\[\s*\{[^{}]*"event_message"/.test(text)) return true;
    const { object } = firstJsonObject(firstBytes) ?? {};
    if (object !== undefined) return 'event_message' in object && 'timestamp' in object;
    return delimiterOf(text) !== undefined && /^[^\n]*\bevent_message\b/.test(text);
  },
  async open() {
    const [{ ItemRecords }, { CsvRecords }] = await Promise.all([
      import('../json-records.ts'),
      import('../csv-records.ts'),
    ]);
    return new JsonOrCsv(
      () => new ItemRecords(['*', 'result.*']),
      () => new CsvRecords(delimiterOf),
    );
  },
  fields: { time: { field: 'timestamp', unit: 'us' } },
};

/** Decided by the first character. */
class JsonOrCsv implements RecordReader {
  readonly #json: () => RecordReader;
  readonly #csv: () => RecordReader;
  #reader: RecordReader | undefined;

  constructor(json: () => RecordReader, csv: () => RecordReader) {
    this.#json = json;
    this.#csv = csv;
  }

  push(text: string): LogRecord[] {
    this.#reader ??= /^\s*[[{]/.test(text) ? this.#json() : this.#csv();
    return this.#reader.push(text);
  }

  end(): LogRecord[] {
    return this.#reader?.end() ?? [];
  }
}
