import type { History } from '../event.ts';

/** The port of a format that histories are written in: its lines, without their newlines. */
export type ExportFormat = (history: History) => Iterable<string>;
