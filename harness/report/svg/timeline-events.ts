/** The events of a history, reduced to what a timeline draws. A page has the same columns, decoded from its data. */
import { INVOKE, NONE, PROGRESS, SHAPE } from '../../history/codes.ts';
import type { HistoryColumns } from '../../history/columns.ts';
import { parseLsn } from '../../history/lsn.ts';

/** Columns with an item per event; `NONE` stands for what an event does not have. */
export interface TimelineEvents {
  readonly length: number;
  /** Nanoseconds since the run began. */
  readonly time: Float64Array;
  /** See `history/codes.ts`. */
  readonly code: Uint8Array;
  /** Position in `views`. */
  readonly view: Int32Array;
  readonly generation: Float64Array;
  /** 0–100; `NONE` also for the value of a register. */
  readonly progress: Float64Array;
  /** The other event of the operation. */
  readonly mate: Int32Array;
  /** The event that delivered the value that is shown. */
  readonly source: Int32Array;
  /** Position in `nodes`: the database that answered. */
  readonly node: Int32Array;
  /** What that database had replayed, as a byte position. */
  readonly lsn: Float64Array;
  readonly views: readonly { readonly session: string; readonly key: string }[];
  readonly nodes: readonly string[];
  /** Whether there are `show` events: then reads do not count as shown. */
  readonly recordsShows: boolean;
}

/** The columns of `TimelineEvents`, in the order in which a page has them. */
export const COLUMN_NAMES = [
  'time',
  'code',
  'view',
  'generation',
  'progress',
  'mate',
  'source',
  'node',
  'lsn',
] as const;

export function emptyColumns(length: number): Pick<TimelineEvents, (typeof COLUMN_NAMES)[number]> {
  return {
    time: new Float64Array(length),
    code: new Uint8Array(length),
    view: new Int32Array(length).fill(NONE),
    generation: new Float64Array(length).fill(1),
    progress: new Float64Array(length).fill(NONE),
    mate: new Int32Array(length).fill(NONE),
    source: new Int32Array(length).fill(NONE),
    node: new Int32Array(length).fill(NONE),
    lsn: new Float64Array(length).fill(NONE),
  };
}

export function timelineEvents(history: HistoryColumns): TimelineEvents {
  const { length } = history;
  const columns = emptyColumns(length);
  const nodes = new Map<string, number>();
  for (let at = 0; at < length; at++) {
    columns.time[at] = history.time.get(at);
    columns.code[at] = history.code.get(at);
    columns.view[at] = history.view.get(at);
    columns.mate[at] = history.mate.get(at);
    if ((history.shape.get(at) & SHAPE) === PROGRESS) {
      columns.generation[at] = history.generation.get(at);
      columns.progress[at] = history.progress.get(at);
    }
    if (history.isFault(at) || (history.code.get(at) & 3) === INVOKE) continue;
    const { served_by: node, lsn, receive, read = receive } = history.eventAt(at);
    if (typeof read === 'number' && Number.isInteger(read) && read >= 0 && read < length) columns.source[at] = read;
    const position = parseLsn(lsn);
    if (position !== undefined) columns.lsn[at] = Number(position);
    if (typeof node !== 'string') continue;
    if (!nodes.has(node)) nodes.set(node, nodes.size);
    columns.node[at] = nodes.get(node) ?? NONE;
  }
  return { ...columns, length, views: viewsOf(history), nodes: [...nodes.keys()], recordsShows: history.recordsShows };
}

function viewsOf({ views, names }: HistoryColumns): TimelineEvents['views'] {
  const nameOf = (id: number): string => (id === NONE ? '' : names.nameOf(id));
  return Array.from({ length: views.count }, (_, view) => ({
    session: nameOf(views.firstOf(view)),
    key: nameOf(views.secondOf(view)),
  }));
}
