/** Makes the answer of a request from the rows of a table: which of them are shown, their range, their format. */
import type { HttpAnswer } from '../../port/message.ts';
import type { Row } from '../../port/model.ts';
import type { Call } from './call.ts';
import type { Query } from './rest-query.ts';
import { RestError } from './rest-error.ts';

/** The rows of a request, before they are formatted. */
export interface Result<T = Row> {
  status: number;
  rows: readonly T[] | undefined;
  /** The position of the first row among all that match. */
  offset?: number;
  total?: number | undefined;
  hasRange: boolean;
}

export function pageOf(call: Call, query: Query, matching: readonly Row[]): Result {
  const sorted = query.order === undefined ? matching : matching.toSorted(query.order);
  const { offset, limit } = query;
  const rows =
    offset === 0 && limit === undefined
      ? sorted
      : sorted.slice(offset, limit === undefined ? undefined : offset + limit);
  const total = call.prefer.count ? matching.length : undefined;
  return { status: pageStatus(call, rows.length, offset, total), rows, offset, total, hasRange: true };
}

/** @throws RestError if the offset is beyond the counted rows */
export function pageStatus(call: Call, shown: number, offset: number, total: number | undefined): number {
  if (total !== undefined && offset > 0 && offset >= total && !call.accept.isObject) {
    const details = `An offset of ${offset} was requested, but there are only ${total} rows.`;
    throw new RestError(416, 'PGRST103', 'Requested range not satisfiable', details);
  }
  return total !== undefined && shown < total ? 206 : 200;
}

export function present<T>(call: Call, query: { textOf(row: T): string }, result: Result<T>): HttpAnswer {
  const { rows } = result;
  const range = contentRange(call, result);
  if (rows === undefined) return respond(result.status, '', range);
  if (call.accept.isObject) {
    const [row] = rows;
    if (row === undefined || rows.length > 1) {
      const details = `The result contains ${rows.length} rows`;
      throw new RestError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', details);
    }
    return respond(result.status, query.textOf(row), range, OBJECT_TYPE);
  }
  return respond(result.status, call.method === 'HEAD' ? '' : `[${rows.map(query.textOf).join(',')}]`, range);
}

function contentRange(call: Call, { rows, offset = 0, total, hasRange }: Result<unknown>): string {
  const count = rows?.length ?? total ?? 0;
  const range = hasRange && count > 0 ? `${offset}-${offset + count - 1}` : '*';
  return `${range}/${call.prefer.count && total !== undefined ? total : '*'}`;
}

/** The answer to an update without columns, whatever its query says. */
export function nothingChanged(call: Call): HttpAnswer {
  const isMinimal = call.prefer.returns === 'minimal';
  return respond(isMinimal ? 204 : 200, isMinimal ? '' : '[]', call.prefer.count ? '*/0' : '*/*');
}

const JSON_TYPE = 'application/json; charset=utf-8';
const OBJECT_TYPE = 'application/vnd.pgrst.object+json; charset=utf-8';

export function respond(status: number, body: string, range?: string, type = JSON_TYPE): HttpAnswer {
  return { status, headers: headersOf(type, range), body };
}

/** The headers of an answer are never changed, so that answers share them. */
const headersKept = new Map<string, Map<string | undefined, Headers>>();
const RANGES_KEPT = 1_000;

function headersOf(type: string, range: string | undefined): Headers {
  let byRange = headersKept.get(type);
  if (byRange === undefined) headersKept.set(type, (byRange = new Map()));
  let headers = byRange.get(range);
  if (headers === undefined) {
    headers = new Headers({ 'content-type': type });
    if (range !== undefined) headers.set('content-range', range);
    if (byRange.size >= RANGES_KEPT) byRange.clear();
    byRange.set(range, headers);
  }
  return headers;
}
