/** Answers PostgREST's dialect, as far as an application with a progress speaks it. What it does not know it refuses. */
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import type { DatabaseModel, FunctionModel, Row, Scalar, TableModel } from '../../port/model.ts';
import { givenOf, parseArguments, parseCall, valuesOf } from './call.ts';
import type { Body, Call, Given, Role, RoleOf } from './call.ts';
import type { FilteredTable } from './filters.ts';
import { parseQuery, type Query } from './rest-query.ts';
import { databaseError, notSimulated, RestError } from './rest-error.ts';
import { idOf, OpenTransaction } from './transaction.ts';
import { coerce } from './values.ts';

export interface RestOptions {
  model: DatabaseModel;
  roleOf: RoleOf;
  /** A transaction; on a replica one that cannot write. */
  begin(): OpenTransaction;
  /** Makes its changes durable. */
  commit(transaction: OpenTransaction): void;
}

/** Rows, before they are shown. */
interface Result {
  status: number;
  rows: readonly Row[] | undefined;
  /** Where the rows begin among all that match. */
  offset?: number;
  total?: number | undefined;
  hasRange: boolean;
}

const PREFIX = '/rest/v1/';

export type RestHandler = (request: HttpMessage) => HttpAnswer;

export function createRest(options: RestOptions): RestHandler {
  const { model } = options;
  const places = placesOf(model);

  return (request) => {
    try {
      return handle(parseCall(request, options.roleOf));
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      return respond(error.status, request.method === 'HEAD' ? '' : JSON.stringify(error.body));
    }
  };

  function handle(call: Call): HttpAnswer {
    const { pathname } = call.url;
    const place = places.get(pathname) ?? keepPlace(pathname);
    if (typeof place === 'string') return callFunction(call, place);
    const { table } = place;
    // What the schema does not have is refused before the database is asked: columns of the body come first.
    const body = call.method === 'POST' || call.method === 'PATCH' ? givenOf(call, table) : undefined;
    if (call.method === 'PATCH' && body!.names.length === 0) return nothingChanged(call);
    const query = queryOf(place, call.url, call.method !== 'GET' && call.method !== 'HEAD');
    switch (call.method) {
      case 'GET':
      case 'HEAD':
        return read(call, table, query);
      case 'POST':
        return write(call, query, (transaction) => insert(call, table, query, body!, transaction));
      case 'PATCH':
        return write(call, query, (transaction) => update(call, table, query, body!, transaction));
      case 'DELETE':
        return write(call, query, (transaction) => remove(call, table, query, transaction));
      default:
        throw notSimulated(`the method ${call.method}`);
    }
  }

  /** A table, or the name of a function. */
  function keepPlace(pathname: string): TablePlace | string {
    const encoded = pathname.slice(PREFIX.length);
    const path = encoded.includes('%') ? decodeURIComponent(encoded) : encoded;
    const place = path.startsWith('rpc/')
      ? path.slice('rpc/'.length)
      : { table: tableOf(path), reads: new Map<string, Query>(), writes: new Map<string, Query>() };
    if (places.size >= PLACES_KEPT) places.clear();
    places.set(pathname, place);
    return place;
  }

  function tableOf(name: string): FilteredTable {
    if (name === '' || name.includes('/')) throw notSimulated(`the path ${PREFIX}${name}`);
    const model = Object.hasOwn(options.model.tables, name) ? options.model.tables[name] : undefined;
    if (model !== undefined) return { name, model };
    throw new RestError(404, 'PGRST205', `Could not find the table 'public.${name}' in the schema cache`);
  }

  function read(call: Call, table: FilteredTable, query: Query): HttpAnswer {
    const transaction = options.begin();
    const visible = may(call.role, table.model, 'select') ? transaction.select(table.name, query.matches) : [];
    return present(call, query, pageOf(call, query, visible));
  }

  /** Runs it in a transaction, which ends without effect if an error is raised or a single row was asked for in vain. */
  function write(call: Call, query: Query, work: (transaction: OpenTransaction) => Result): HttpAnswer {
    const transaction = options.begin();
    const result = work(transaction);
    const isMinimal = call.prefer.returns === 'minimal';
    const status = isMinimal && call.method !== 'POST' ? 204 : result.status;
    const shown = isMinimal ? { ...result, rows: undefined, status } : result;
    const response = present(call, query, shown);
    options.commit(transaction);
    return response;
  }

  function callFunction(call: Call, name: string): HttpAnswer {
    const isRead = call.method === 'GET' || call.method === 'HEAD';
    if (!isRead && call.method !== 'POST') throw notSimulated(`the method ${call.method} on a function`);
    const given = isRead ? Object.fromEntries(call.url.searchParams) : parseArguments(call.body);
    const definition = functionOf(model, name, given, isRead);
    requireGrant(call.role, name, definition);
    const args: Record<string, Scalar> = {};
    for (const [parameter, type] of Object.entries(definition.parameters)) {
      if (parameter in given) args[parameter] = coerce(given[parameter], type);
    }
    const transaction = options.begin();
    if (isRead && (definition.volatility ?? 'volatile') === 'volatile') transaction.forbidWriting();
    const value = definition.run(transaction, args);
    const response = presentValue(call, definition, value, new Set(isRead ? Object.keys(definition.parameters) : []));
    options.commit(transaction);
    return response;
  }

  function presentValue(call: Call, { returns }: FunctionModel, value: unknown, skip: ReadonlySet<string>): HttpAnswer {
    if (typeof returns === 'object') {
      const table = tableOf('rows' in returns ? returns.rows : returns.row);
      const query = parseQuery(table, call.url.searchParams, { skip });
      if ('row' in returns) return respond(200, query.textOf((value ?? nullRow(table.model)) as Row));
      const rows = (value as readonly Row[]).filter(query.matches);
      return present(call, query, pageOf(call, query, rows));
    }
    if ([...call.url.searchParams.keys()].some((name) => !skip.has(name))) {
      throw notSimulated(`a query on a function that returns ${returns}`);
    }
    if (returns === 'void') return respond(204, '');
    return respond(200, JSON.stringify(value ?? null));
  }
}

/** A table, and what was asked of it: the queries of an application are few, and come again and again, in every run. */
interface TablePlace {
  table: FilteredTable;
  reads: Map<string, Query>;
  writes: Map<string, Query>;
}

const QUERIES_KEPT = 1_000;
const PLACES_KEPT = 100;

function queryOf({ table, reads, writes }: TablePlace, url: URL, isWrite: boolean): Query {
  const queries = isWrite ? writes : reads;
  const { search } = url;
  let query = queries.get(search);
  if (query === undefined) {
    query = parseQuery(table, url.searchParams, { isWrite });
    if (queries.size >= QUERIES_KEPT) queries.clear();
    queries.set(search, query);
  }
  return query;
}

const allPlaces = new WeakMap<DatabaseModel, Map<string, TablePlace | string>>();

function placesOf(model: DatabaseModel): Map<string, TablePlace | string> {
  let places = allPlaces.get(model);
  if (places === undefined) allPlaces.set(model, (places = new Map()));
  return places;
}

function insert(call: Call, table: FilteredTable, query: Query, body: Given, transaction: OpenTransaction): Result {
  const { resolution, missingDefault } = call.prefer;
  requireNoWindow(query, 'an insertion');
  requirePolicy(call.role, table, body.rows.length);
  const stored: Row[] = [];
  const touched = new Set<string>();
  let inserted = 0;
  for (const values of body.rows.map((row) => valuesOf(table, body.names, row, missingDefault))) {
    const existing = resolution === undefined ? undefined : conflicting(transaction, table, query, values);
    if (existing === undefined) {
      const row = transaction.insert(table.name, values);
      touched.add(idOf(table.model, row));
      stored.push(row);
      inserted += 1;
    } else if (resolution === 'merge-duplicates') {
      const id = idOf(table.model, existing);
      if (touched.has(id)) throw touchedTwice();
      const changed = transaction.update(table.name, values, (row) => idOf(table.model, row) === id);
      // One that a trigger skipped may come again.
      if (changed.length > 0) touched.add(id);
      stored.push(...changed);
    }
  }
  const status = resolution === 'merge-duplicates' && inserted === 0 ? 200 : 201;
  return { status, rows: stored, total: stored.length, hasRange: false };
}

function update(call: Call, table: FilteredTable, query: Query, body: Given, transaction: OpenTransaction): Result {
  const {
    names,
    rows: [change, ...others],
  } = body;
  if (change === undefined || others.length > 0) throw notSimulated('an update with several rows in its body');
  if (!may(call.role, table.model, 'update')) return { status: 200, rows: [], total: 0, hasRange: true };
  requireNoWindow(query, 'an update');
  const rows = transaction.update(table.name, valuesOf(table, names, change, false), query.matches);
  return { status: 200, rows, total: rows.length, hasRange: true };
}

function remove(call: Call, table: FilteredTable, query: Query, transaction: OpenTransaction): Result {
  requireNoWindow(query, 'a deletion');
  const rows = may(call.role, table.model, 'delete') ? transaction.delete(table.name, query.matches) : [];
  return { status: 200, rows, total: rows.length, hasRange: false };
}

/** An update of no column is none, whatever else it says. */
function nothingChanged(call: Call): HttpAnswer {
  const isMinimal = call.prefer.returns === 'minimal';
  return respond(isMinimal ? 204 : 200, isMinimal ? '' : '[]', call.prefer.count ? '*/0' : '*/*');
}

function requireNoWindow(query: Query, what: string): void {
  if (query.limit !== undefined || query.offset > 0) throw notSimulated(`${what} with a limit`);
  if (query.order !== undefined) throw notSimulated(`${what} with an order`);
}

function pageOf(call: Call, query: Query, matching: readonly Row[]): Result {
  const sorted = query.order === undefined ? matching : matching.toSorted(query.order);
  const { offset, limit } = query;
  const rows =
    offset === 0 && limit === undefined
      ? sorted
      : sorted.slice(offset, limit === undefined ? undefined : offset + limit);
  const total = call.prefer.count ? matching.length : undefined;
  if (total !== undefined && offset > 0 && offset >= total && !call.accept.isObject) {
    const details = `An offset of ${offset} was requested, but there are only ${total} rows.`;
    throw new RestError(416, 'PGRST103', 'Requested range not satisfiable', details);
  }
  const isPart = total !== undefined && rows.length < total;
  return { status: isPart ? 206 : 200, rows, offset, total, hasRange: true };
}

function present(call: Call, query: Query, result: Result): HttpAnswer {
  const { rows } = result;
  const range = contentRange(call, result);
  if (rows === undefined) return respond(result.status, '', range);
  if (call.accept.isObject) {
    if (rows.length !== 1) {
      const details = `The result contains ${rows.length} rows`;
      throw new RestError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', details);
    }
    return respond(result.status, query.textOf(rows[0]!), range, OBJECT_TYPE);
  }
  return respond(result.status, call.method === 'HEAD' ? '' : `[${rows.map(query.textOf).join(',')}]`, range);
}

function contentRange(call: Call, { rows, offset = 0, total, hasRange }: Result): string {
  const count = rows?.length ?? total ?? 0;
  const range = hasRange && count > 0 ? `${offset}-${offset + count - 1}` : '*';
  return `${range}/${call.prefer.count && total !== undefined ? total : '*'}`;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const OBJECT_TYPE = 'application/vnd.pgrst.object+json; charset=utf-8';

function respond(status: number, body: string, range?: string, type = JSON_TYPE): HttpAnswer {
  return { status, headers: headersOf(type, range), body };
}

/** Nobody changes the headers of an answer, so that answers share them. */
const headersKept = new Map<string, Map<string | undefined, Headers>>();

function headersOf(type: string, range: string | undefined): Headers {
  let byRange = headersKept.get(type);
  if (byRange === undefined) headersKept.set(type, (byRange = new Map()));
  let headers = byRange.get(range);
  if (headers === undefined) {
    headers = new Headers({ 'content-type': type });
    if (range !== undefined) headers.set('content-range', range);
    if (byRange.size >= QUERIES_KEPT) byRange.clear();
    byRange.set(range, headers);
  }
  return headers;
}

function conflicting(
  transaction: OpenTransaction,
  { name, model }: FilteredTable,
  query: Query,
  values: Record<string, Scalar>,
): Row | undefined {
  const { onConflict } = query;
  if (
    onConflict.length !== model.primaryKey.length ||
    onConflict.some((column) => !model.primaryKey.includes(column))
  ) {
    throw databaseError('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
  }
  return transaction.find(name, idOf(model, transaction.propose(name, values)));
}

function touchedTwice(): RestError {
  const hint = 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.';
  return databaseError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', { hint });
}

/** What everybody may do is what the policies say; the service role passes them by. */
function may(role: Role, model: TableModel, action: 'select' | 'insert' | 'update' | 'delete'): boolean {
  return role === 'service_role' || model.policies === undefined || model.policies.includes(action);
}

function requirePolicy(role: Role, table: FilteredTable, rows: number): void {
  if (rows === 0 || may(role, table.model, 'insert')) return;
  const error = databaseError('42501', `new row violates row-level security policy for table "${table.name}"`);
  throw new RestError(401, error.body.code, error.message);
}

function requireGrant(role: Role, name: string, { grants }: FunctionModel): void {
  if (grants === undefined || grants.includes(role)) return;
  throw new RestError(401, '42501', `permission denied for function ${name}`);
}

function functionOf(model: DatabaseModel, name: string, given: Body, isRead: boolean): FunctionModel {
  const definition = Object.hasOwn(model.functions ?? {}, name) ? model.functions![name] : undefined;
  const names = Object.keys(given);
  if (definition !== undefined) {
    const parameters = Object.keys(definition.parameters);
    const required = parameters.filter((parameter) => !definition.optional?.includes(parameter));
    const known = isRead ? names.filter((each) => parameters.includes(each)) : names;
    if (known.every((each) => parameters.includes(each)) && required.every((each) => each in given)) return definition;
  }
  const list = names.toSorted().join(', ');
  const signature = names.length === 0 ? `${name} without parameters` : `${name}(${list})`;
  const searched =
    names.length === 0
      ? `Searched for the function public.${name} without parameters${isRead ? '' : ' or with a single unnamed json/jsonb parameter'}, but no matches were found in the schema cache.`
      : `Searched for the function public.${name} with ${names.length === 1 ? 'parameter' : 'parameters'} ${list} or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`;
  throw new RestError(404, 'PGRST202', `Could not find the function public.${signature} in the schema cache`, searched);
}

function nullRow(model: TableModel): Row {
  return Object.fromEntries(Object.keys(model.columns).map((name) => [name, null]));
}
