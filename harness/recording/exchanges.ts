/**
 * Records the requests that pass the gateway: a progress update as a `write`, an HTTP fault as a `fault`. Also keeps, for
 * each operation, which database served it.
 */
import type { TrackedTable } from '../port/backend.ts';
import type { ClaimedFault } from '../gateway/claim.ts';
import { describeExchange, type Exchange, type GatewayListener } from '../gateway/gateway.ts';
import type { EventBody, EventType, ProgressValue } from '../history/event.ts';
import { keyColumns, trackedCommit } from '../tracked-values.ts';
import type { ProcessNames, Recorder } from './recorder.ts';
import type { StoryKeys } from './story-keys.ts';

/** The database that served an operation, from its last successful exchange. */
export interface Service {
  served_by?: string;
  lsn?: string;
  /** Of an answer from a cache, which `served_by` names: how long ago its source gave it. */
  age_ms?: number;
  attempts: number;
  /** If there were several: which database each asked, and with which result. */
  exchanges?: string[];
}

export interface CachedAnswer {
  cache: string;
  ageMs: number;
  /** Whether the application had asked Supabase, and not a tab the application. */
  isOfSupabase?: boolean;
}

export interface ExchangeRecorder extends GatewayListener {
  /** Records that a fault claimed a request, at any place. */
  claimed(fault: ClaimedFault, request: { actor: string | undefined; method: string }): void;
  /** Notes that a cache answered instead of what is behind it. */
  servedFrom(operation: string, answer: CachedAnswer): void;
  /** Returns the service of an operation, and removes the entry. */
  takeService(operation: string): Service;
}

/**
 * @param stories the names of the stories by the keys of their rows
 * @param isRecorded whether writes to a story are recorded; all by default
 */
export function recordExchanges(
  recorder: Recorder,
  processes: ProcessNames,
  tracked: TrackedTable,
  stories: StoryKeys,
  isRecorded: (story: string) => boolean = () => true,
): ExchangeRecorder {
  const writes = new Map<Exchange, EventBody & { process: string }>();
  const services = new Map<string, OpenService>();

  return {
    requested(exchange) {
      if (exchange.fault !== undefined) recorder.record(faultEvent(exchange.fault, exchange));
      const write = progressWrite(exchange, tracked, stories);
      if (write === undefined || !isRecorded(write.key)) return;
      const actor = exchange.actor ?? 'app';
      const draft = { process: processes.take(actor), session: actor, type: 'invoke', f: 'write', ...write } as const;
      writes.set(exchange, draft);
      recorder.record({ ...draft });
    },
    ended(exchange) {
      noteService(services, exchange);
      const draft = writes.get(exchange);
      if (draft === undefined) return;
      writes.delete(exchange);
      const type = writeOutcome(exchange);
      recorder.record({
        ...draft,
        type,
        ...servedBy(exchange),
        ...(type === 'ok' ? {} : { error: describeError(exchange) }),
      });
      if (type !== 'info') processes.release(String(draft.session), draft.process);
    },
    claimed: (fault, request) => void recorder.record(faultEvent(fault, request)),
    servedFrom(operation, { cache, ageMs, isOfSupabase = false }) {
      const service = serviceOf(services, operation);
      if (isOfSupabase) {
        service.attempts += 1;
        service.asked.push(`${cache} 200`);
      }
      service.served_by = cache;
      service.age_ms = Math.round(ageMs);
      delete service.lsn;
    },
    takeService(operation) {
      const { asked = [], ...service } = services.get(operation) ?? { attempts: 0 };
      services.delete(operation);
      return asked.length > 1 ? { ...service, exchanges: asked } : service;
    },
  };
}

type OpenService = Service & { asked: string[] };

function serviceOf(services: Map<string, OpenService>, operation: string): OpenService {
  let service = services.get(operation);
  if (service === undefined) services.set(operation, (service = { attempts: 0, asked: [] }));
  return service;
}

function noteService(services: Map<string, OpenService>, exchange: Exchange): void {
  if (exchange.operation === undefined) return;
  const service = serviceOf(services, exchange.operation);
  service.attempts += 1;
  service.asked.push(describeExchange(exchange));
  if (exchange.status !== undefined && exchange.status < 400) {
    if (service.age_ms !== undefined) delete service.age_ms;
    if (exchange.node !== undefined) service.served_by = exchange.node;
    if (exchange.lsn !== undefined) service.lsn = exchange.lsn;
  }
}

function servedBy(exchange: Exchange): { served_by?: string; lsn?: string } {
  return {
    ...(exchange.node === undefined ? {} : { served_by: exchange.node }),
    ...(exchange.lsn === undefined ? {} : { lsn: exchange.lsn }),
  };
}

function faultEvent({ kind, details }: ClaimedFault, { actor, method }: Pick<Exchange, 'actor' | 'method'>): EventBody {
  return { process: 'nemesis', type: 'info', f: 'fault', fault: kind, actor, method, ...details };
}

/** The story and value that a request writes, or `undefined` if it does not update a progress. */
function progressWrite(
  exchange: Exchange,
  tracked: TrackedTable,
  stories: StoryKeys,
): { key: string; value: ProgressValue } | undefined {
  const isUpdate = exchange.method === 'PATCH' || exchange.method === 'POST' || exchange.method === 'PUT';
  if (!isUpdate || exchange.url.pathname !== `/rest/v1/${tracked.table}`) return undefined;
  const written = parseRow(exchange.requestBody);
  if (written === undefined || (written[tracked.progress] ?? null) === null) return undefined;
  const row = { ...conditionsOf(exchange.url, tracked), ...written };
  if (keyColumns(tracked).some((column) => row[column] === undefined)) return undefined;
  // The update of whatever generation the row has: only its commit tells which.
  const isOfAny = tracked.generation !== undefined && row[tracked.generation] === undefined;
  if (isOfAny && exchange.method === 'PATCH') return undefined;
  const { key, generation, progress, status } = trackedCommit(row, tracked);
  if (Number.isNaN(progress)) return undefined;
  return {
    key: stories.storyOf(key),
    value: {
      generation: Number.isInteger(generation) ? generation : 1,
      progress,
      ...(status === undefined ? {} : { status }),
    },
  };
}

/** The columns of the key, and that of the generation, for which the query of an update has the condition `eq`. */
function conditionsOf({ searchParams }: URL, tracked: TrackedTable): Record<string, string> {
  const columns = [...keyColumns(tracked), ...(tracked.generation === undefined ? [] : [tracked.generation])];
  const conditions = columns.map((column) => [column, searchParams.get(column)] as const);
  return Object.fromEntries(
    conditions.flatMap(([column, text]) => (text?.startsWith('eq.') === true ? [[column, text.slice(3)]] : [])),
  );
}

function parseRow(body: string): Record<string, unknown> | undefined {
  try {
    const row: unknown = JSON.parse(body);
    return typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `ok` for 2xx, unless the response shows that no row matched; `fail` for 4xx; otherwise the outcome is unknown. */
function writeOutcome(exchange: Exchange): EventType {
  const { status } = exchange;
  if (status === undefined || status >= 500) return 'info';
  if (status >= 400) return 'fail';
  return exchange.responseBody === '[]' ? 'fail' : 'ok';
}

function describeError(exchange: Exchange): string {
  if (exchange.status === undefined) return 'the client got no response';
  if (exchange.status < 400) return 'no row matched';
  return `HTTP ${exchange.status} ${exchange.responseBody ?? ''}`.trim().slice(0, 500);
}
