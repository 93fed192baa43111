/** Draws when operations were in flight, as bars. However many there are, a bar is at least a pixel wide, and no more are drawn than there are pixels. */
import { NONE } from '../../../history/codes.ts';
import { element, type Markup } from '../../svg/svg-element.ts';
import type { Frame } from '../../svg/lane-frame.ts';
import type { TimelineEvents } from '../../svg/timeline-events.ts';

/** Height of the bars at the bottom of a plot that shows a progress. */
const SERVED_HEIGHT = 4;

export function drawOperations(
  events: TimelineEvents,
  isWanted: (event: number) => boolean,
  kind: 'write' | 'request' | 'served',
  { axis, top, height }: Frame,
): Markup[] {
  const busy = new Uint8Array(Math.ceil(axis.right) + 1);
  const { first, end } = eventsBetween(events, axis.begin, axis.end);
  for (let at = first; at < end; at++) {
    if (!isWanted(at)) continue;
    const mate = events.mate[at] ?? NONE;
    const [a, b] = mate === NONE ? [at, at] : [Math.min(at, mate), Math.max(at, mate)];
    const from = Math.floor(axis.xOf(kind === 'served' ? (events.time[b] ?? 0) : (events.time[a] ?? 0)));
    busy.fill(1, from, Math.max(Math.ceil(axis.xOf(events.time[b] ?? 0)), from + 1));
  }
  const barHeight = kind === 'served' ? SERVED_HEIGHT : height;
  return runsOf(busy).map(({ x, width }) =>
    element('rect', { class: kind, x, y: top + height - barHeight, width, height: barHeight }),
  );
}

/** The events from one time to another: the first, and the one after the last. */
export function eventsBetween({ time }: TimelineEvents, begin: number, end: number): { first: number; end: number } {
  const before = (limit: number, isIncluded: boolean): number => {
    let [low, high] = [0, time.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = time[middle] ?? 0;
      if (isIncluded ? at <= limit : at < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { first: before(begin, false), end: before(end, true) };
}

function runsOf(busy: Uint8Array): { x: number; width: number }[] {
  const runs: { x: number; width: number }[] = [];
  for (let x = busy.indexOf(1); x !== -1; x = busy.indexOf(1, x)) {
    const after = busy.indexOf(0, x);
    const end = after === -1 ? busy.length : after;
    runs.push({ x, width: end - x });
    x = end;
  }
  return runs;
}
