/** Reads a history from a stream of bytes: a file, a pipe or a decompressor. */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../errors.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import { fillRow } from './event-row.ts';
import type { HistoryColumns } from './columns.ts';
import { isObject, shapeProblem, show, valueProblem } from './event-shape.ts';
import type { Fields } from './event-shape.ts';
import type { HistoryEvent, HistoryHeader } from './event.ts';
import type { EventSink } from './event-sink.ts';
import { UNUSUAL } from './json-skip.ts';
import { LineScanner } from './line-scanner.ts';
import { LineStore } from './line-store.ts';
import { repeatedField } from './repeated-field.ts';

const LF = 0x0a;
const CR = 0x0d;
const mebibyte = 1024 * 1024;
const lineBytesMax = 64 * mebibyte;

/** Reads the lines of a history, and refuses an invalid one. Accepts the bytes in chunks of any size. */
export class EventReader {
  readonly #file: string;
  readonly #sink: EventSink;
  readonly #scanner: LineScanner;
  #header: HistoryHeader | undefined;
  /** Lines read so far. */
  #number = 0;
  #emptyLine: number | undefined;
  /** The beginning of a line whose end has not been read yet. */
  #tail: Uint8Array[] = [];
  #tailBytes = 0;

  /** `file` is used only in messages. */
  constructor(file: string, sink: EventSink) {
    this.#file = file;
    this.#sink = sink;
    this.#scanner = new LineScanner(sink.row, sink.names);
  }

  /** @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1 */
  push(bytes: Uint8Array): void {
    const last = bytes.lastIndexOf(LF);
    if (last === -1) return this.#keepTail(bytes);
    const first = this.#tailBytes === 0 ? -1 : bytes.indexOf(LF);
    if (first !== -1) this.#readTail(bytes.subarray(0, first + 1));
    if (last > first) this.#readLines(bytes.subarray(first + 1, last + 1));
    this.#keepTail(bytes.subarray(last + 1));
  }

  /** @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1 */
  end(): HistoryHeader | undefined {
    if (this.#tailBytes > 0) this.#readTail(Buffer.from([LF]));
    return this.#header;
  }

  #keepTail(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    if (this.#tailBytes > lineBytesMax) this.#refuse(this.#number + 1, tooLong);
  }

  #readTail(end: Uint8Array): void {
    const line = Buffer.concat([...this.#tail, end]);
    this.#tail = [];
    this.#tailBytes = 0;
    this.#readLines(line);
  }

  /** Reads whole lines, each with its line feed, so that scanning a line never runs past the end of the bytes. */
  #readLines(bytes: Uint8Array): void {
    this.#sink.addBlock(bytes);
    const isText = isUtf8(bytes);
    for (let at = 0; at < bytes.length;) {
      this.#number += 1;
      const end = isText ? lineEnd(bytes, this.#scanner.scan(bytes, at)) : UNUSUAL;
      at = end === UNUSUAL ? this.#readUnusual(bytes, at) : this.#readScanned(at, end);
    }
  }

  #readScanned(start: number, end: number): number {
    this.#noteContent();
    this.#append(start);
    return end;
  }

  #readUnusual(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(LF, start);
    const line = bytes.subarray(start, end);
    const problem =
      line.length > lineBytesMax ? tooLong : isUtf8(line) ? this.#readText(asText(line), start) : 'not UTF-8 text';
    if (problem === undefined) return end + 1;
    this.#noteContent();
    return this.#refuse(this.#number, problem);
  }

  #readText(line: string, start: number): string | undefined {
    if (line.trim() === '') {
      this.#emptyLine ??= this.#number;
      return undefined;
    }
    this.#noteContent();
    const fields = parseJson(line);
    if (fields === undefined) return 'not valid JSON: is the line complete?';
    if (!isObject(fields)) return `an event must be a JSON object, not ${show(fields)}`;
    const repeated = repeatedField(line, fields.f === 'watch');
    if (repeated !== undefined) return `${repeated} appears twice`;
    if (isHeader(fields)) return this.#readHeader(fields);
    const problem = shapeProblem(fields);
    if (problem !== undefined) return problem;
    fillRow(this.#sink.row, fields as unknown as HistoryEvent, this.#sink.names);
    this.#append(start);
    return undefined;
  }

  #readHeader(fields: Fields): string | undefined {
    if (this.#number > 1) return 'a header is allowed only on the first line';
    this.#header = fields as HistoryHeader;
    return headerProblem(fields);
  }

  #append(start: number): void {
    const problem = this.#sink.append(start);
    if (problem !== undefined) this.#refuse(this.#number, problem);
  }

  #noteContent(): void {
    if (this.#emptyLine !== undefined) {
      this.#refuse(this.#emptyLine, 'empty lines are allowed only at the end of the file');
    }
  }

  #refuse(number: number, problem: string): never {
    throw new UsageError('history-invalid', `${this.#file}:${number}: ${problem}`);
  }
}

/** Reads a history into memory. The bytes are kept for the reports; the caller must not modify them later. */
export class HistoryReader {
  readonly #sink = new ColumnsSink();
  readonly #reader: EventReader;

  /** `file` is used only in messages. */
  constructor(file: string) {
    this.#reader = new EventReader(file, this.#sink);
  }

  /** @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1 */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1 */
  end(): HistoryColumns {
    return this.#sink.columns(this.#reader.end());
  }
}

class ColumnsSink implements EventSink {
  readonly #builder = new ColumnsBuilder();
  readonly #lines = new LineStore();
  readonly row = this.#builder.row;
  readonly names = this.#builder.names;

  addBlock(bytes: Uint8Array): void {
    this.#lines.addBlock(bytes);
  }

  append(start: number): string | undefined {
    const problem = this.#builder.append();
    if (problem === undefined) this.#lines.addLine(start);
    return problem;
  }

  columns(header: HistoryHeader | undefined): HistoryColumns {
    const lines = this.#lines;
    return this.#builder.finish(header, (index) => JSON.parse(lines.textOf(index)) as HistoryEvent);
  }
}

const tooLong = `the line is longer than ${lineBytesMax / mebibyte} MiB`;

/** The start of the next line, or `UNUSUAL` if anything follows on this one. */
function lineEnd(bytes: Uint8Array, at: number): number {
  if (at === UNUSUAL) return UNUSUAL;
  const end = bytes[at] === CR ? at + 1 : at;
  return bytes[end] === LF ? end + 1 : UNUSUAL;
}

function asText(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString();
}

/** `undefined` if the text is not JSON. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** An event may have an extra field called `history`, which does not make it a header. */
function isHeader(fields: Fields): boolean {
  return 'history' in fields && !('index' in fields);
}

function headerProblem({ history, initial }: Fields): string | undefined {
  if (history !== 1) return `history format ${show(history)} is unknown: this version reads 1`;
  const problem = initial === undefined ? undefined : valueProblem(initial);
  return problem === undefined ? undefined : `initial: ${problem}`;
}
