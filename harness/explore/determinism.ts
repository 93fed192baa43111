/** Compares two runs of one plan, event by event. */
import { formatEvent } from '../history/codec.ts';
import type { History } from '../history/event.ts';

export interface Traced {
  history: History;
  /** Equal for two runs only if the runs are identical. */
  traceHash(): string;
}

export interface Mismatch {
  /** The index of the first event that differs; the number of events if only timers or messages differ. */
  index: number;
  sentence: string;
}

export function findMismatch(first: Traced, second: Traced): Mismatch | undefined {
  const hashes = [first.traceHash(), second.traceHash()];
  if (hashes[0] === hashes[1]) return undefined;
  const [lines, others] = [linesOf(first), linesOf(second)];
  const length = Math.max(lines.length, others.length);
  const index = Array.from({ length }, (_, at) => at).find((at) => lines[at] !== others[at]);
  if (index === undefined) {
    const what = `two runs of one plan have the same ${length} events, but different timers or messages`;
    return { index: length, sentence: `${what}: traces ${hashes.join(' and ')}` };
  }
  const [one, other] = [lines, others].map((each) => each[index] ?? 'no event');
  return {
    index,
    sentence: `two runs of one plan differ from event ${index} on: the first has ${one}, the second has ${other}`,
  };
}

function linesOf({ history }: Traced): string[] {
  return history.events.map((event) => formatEvent(event));
}
