import type { EventRow } from './event-row.ts';
import type { Names } from './names.ts';

/** Receives the events of a history from its reader, one by one. */
export interface EventSink {
  /** Filled for each event before `append`. */
  readonly row: EventRow;
  readonly names: Names;
  /** Receives whole lines with the next events. The sink may keep the bytes. */
  addBlock(bytes: Uint8Array): void;
  /**
   * Adds `row`, which must be well formed by itself.
   * @param start the start of its line in the last block
   * @returns why it contradicts previous events, or `undefined`
   */
  append(start: number): string | undefined;
}
