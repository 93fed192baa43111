/** What the readers of log formats yield: one record for each line, entry or span. */
import type { Fields } from '../../event-shape.ts';

export type LogRecord = ReadRecord | BrokenRecord;

export interface ReadRecord {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly fields: Fields;
}

/** A part of the file that is not a record, while those after it are: a line, not a document. */
export interface BrokenRecord {
  readonly line: number;
  readonly problem: string;
  readonly detail: string;
}

/** Reads the text of one file, which it receives in pieces of any length. */
export interface RecordReader {
  /** @throws SyntaxProblem if nothing after it can be read */
  push(text: string): LogRecord[];
  /** @throws SyntaxProblem */
  end(): LogRecord[];
}
