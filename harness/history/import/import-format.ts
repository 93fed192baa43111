/** The port of a format that histories are read from. */
import type { HistoryColumns } from '../columns.ts';
import type { Value } from '../event.ts';
import type { Mapping } from './log/mapping.ts';

export interface ImportFormat {
  /** As `--from` names it. */
  readonly name: string;
  /** What `recognise` is shown at most, from the beginning of the file; 8 KiB where it is missing. */
  readonly firstBytesMax?: number;
  /** The options that it understands; with others the file is refused. Only with its mapping is a mapped format read. */
  readonly options: readonly (keyof ImportOptions)[];
  /** What is judged where neither the command line nor a mapping says; where it is missing, what fits any history. */
  readonly properties?: readonly string[];
  /** Whether a file that begins so is of this format. The bytes may end anywhere, also within a character. */
  recognise(firstBytes: Uint8Array): boolean;
  /**
   * Code that only this format needs is imported here: what reads one format does not load the others.
   * @throws UsageError `FILE:LINE: what is wrong`
   */
  read(input: ImportInput, options: ImportOptions): Promise<ImportedHistory>;
}

/** The bytes of a file as they come, unpacked, and what messages call it. */
export interface ImportInput {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface ImportOptions {
  /** What every register begins at. */
  readonly initial?: Value;
  /** Which fields of a log are what. */
  readonly mapping?: Mapping;
}

export interface ImportedHistory {
  readonly history: HistoryColumns;
  /** Of a log: its lines, and those that are no events. */
  readonly log?: { readonly lines: number; readonly skipped: readonly Skipped[] };
}

/** Lines that are no events, for one reason. */
export interface Skipped {
  readonly reason: string;
  readonly count: number;
  /** The first of them, counted from 1. */
  readonly line: number;
}
