/** The text of a history: newline-delimited JSON, an optional header and then one event per line. */
import type { History, HistoryEvent, HistoryHeader } from './event.ts';
import { HistoryReader } from './reader.ts';

/**
 * Reads a whole history into events, for short histories; `HistoryReader` reads histories of any length.
 * `file` is used only in messages.
 * @throws UsageError `FILE:LINE: what is wrong`, with lines counted from 1
 */
export function parseHistory(text: string, file: string): History {
  const reader = new HistoryReader(file);
  reader.push(Buffer.from(text));
  const { header, length, eventAt } = reader.end();
  return { header, events: Array.from({ length }, (_, index) => eventAt(index)) };
}

/** One event as a line, without the newline. */
export function formatEvent(event: HistoryEvent): string {
  const { index, time, process, session, type, f, key, value, ...extra } = event;
  return JSON.stringify({ index, time, process, session, type, f, key, value, ...extra });
}

/** The header as the first line, without the newline. */
export function formatHeader(header: HistoryHeader): string {
  const { history, ...extra } = header;
  return JSON.stringify({ history, ...extra });
}
