/** Whether two runs of one plan are the same, event by event. */
import { formatEvent } from '../history/codec.ts';
import type { History } from '../history/event.ts';

export interface Mismatch {
  /** Of the first event that differs. */
  index: number;
  sentence: string;
}

/** A number that two histories share only if, for all practical purposes, they are the same. */
export function traceHash(history: History): number {
  let hash = 0x811c9dc5;
  for (const event of history.events) {
    const line = formatEvent(event);
    for (let at = 0; at < line.length; at++) hash = Math.imul(hash ^ line.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

export function findMismatch(first: History, second: History): Mismatch | undefined {
  if (traceHash(first) === traceHash(second)) return undefined;
  const lines = [first, second].map(({ events }) => events.map((event) => formatEvent(event)));
  const index = lines[0]!.findIndex((line, at) => line !== lines[1]![at]);
  const at = index === -1 ? lines[0]!.length : index;
  const [one, other] = lines.map((each) => each[at] ?? 'nothing: the run was over');
  return { index: at, sentence: `two runs of one plan differ from event ${at} on: ${one} and then ${other}` };
}
