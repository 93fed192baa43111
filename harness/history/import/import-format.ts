/** The interface of an import format. */
import type { HistoryColumns } from '../columns.ts';
import type { Value } from '../event.ts';
import type { MappingFile } from './log/complete-mapping.ts';
import type { LogFormat } from './log/log-format.ts';

export interface ImportFormat {
  /** As `--from` names it. */
  readonly name: string;
  /** The maximum number of bytes passed to `recognise`; 8 KiB if missing. */
  readonly firstBytesMax?: number;
  /**
   * The supported options; with any other option the file is refused.
   */
  readonly options: readonly (keyof ImportOptions)[];
  /** Judged if neither the command line nor a mapping names properties; if missing, the default for any history. */
  readonly properties?: readonly string[];
  /** Of a format of logs. */
  readonly log?: LogFormat;
  /** Whether a file with these first bytes has this format. The bytes may end anywhere, also within a character. */
  recognise(firstBytes: Uint8Array): boolean;
  /**
   * Imports code that only this format needs, so that reading one format does not load the others.
   * @throws UsageError `FILE:LINE: what is wrong`
   */
  read(input: ImportInput, options: ImportOptions): Promise<ImportedHistory>;
}

/** A stream of the decompressed bytes of a file, and its name in messages. */
export interface ImportInput {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface ImportOptions {
  /** The initial value of every register. */
  readonly initial?: Value;
  /** The fields of a log. Of several, the first that is for the format of the file. */
  readonly mapping?: readonly MappingFile[];
  /** The pattern of the URL of status requests, in a log that needs no other mapping. */
  readonly url?: string;
}

export interface ImportedHistory {
  readonly history: HistoryColumns;
  /** For a log: the number of its lines, and those that are not events. */
  readonly log?: { readonly lines: number; readonly skipped: readonly Skipped[] };
  /** What was assumed, in sentences. */
  readonly notes?: readonly string[];
}

/** Lines that are not events, for one reason. */
export interface Skipped {
  readonly reason: string;
  readonly count: number;
  /** The first of them, counted from 1. */
  readonly line: number;
  /** Its file, if there are several. */
  readonly file?: string;
}
