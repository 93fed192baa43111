import type { HistoryColumns } from '../columns.ts';
import type { History } from '../event.ts';

/** The port of a format that histories are written in: its lines, without their newlines. */
export type ExportFormat = (history: History) => Iterable<string>;

/** The port of a format that is not text: the bytes of the file. */
export type BinaryExportFormat = (history: HistoryColumns) => Uint8Array;
