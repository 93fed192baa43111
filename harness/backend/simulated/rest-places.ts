/** Resolves paths below `/rest/v1/` to tables and functions, and caches the parsed queries of each table. */
import type { DatabaseModel } from '../../port/model.ts';
import type { FilteredTable } from './filters.ts';
import { parseQuery, type Query } from './rest-query.ts';
import { notSimulated, RestError } from './rest-error.ts';

/** A table and its parsed queries: an application sends few different ones, again and again, in every run. */
export interface TablePlace {
  table: FilteredTable;
  reads: Map<string, Query>;
  writes: Map<string, Query>;
}

/** By path: a table, or the name of a function. */
export type Places = Map<string, TablePlace | string>;

const PREFIX = '/rest/v1/';
const QUERIES_KEPT = 1_000;
const PLACES_KEPT = 100;

const allPlaces = new WeakMap<DatabaseModel, Places>();

/** The places of a model, kept from run to run. */
export function placesOf(model: DatabaseModel): Places {
  let places = allPlaces.get(model);
  if (places === undefined) allPlaces.set(model, (places = new Map()));
  return places;
}

/** @throws RestError for an unknown table */
export function placeAt(places: Places, model: DatabaseModel, pathname: string): TablePlace | string {
  return places.get(pathname) ?? keepPlace(places, model, pathname);
}

function keepPlace(places: Places, model: DatabaseModel, pathname: string): TablePlace | string {
  const encoded = pathname.slice(PREFIX.length);
  const path = encoded.includes('%') ? decodeURIComponent(encoded) : encoded;
  const place = path.startsWith('rpc/')
    ? path.slice('rpc/'.length)
    : { table: tableOf(model, path), reads: new Map<string, Query>(), writes: new Map<string, Query>() };
  if (places.size >= PLACES_KEPT) places.clear();
  places.set(pathname, place);
  return place;
}

/** @throws RestError for an unknown table */
export function tableOf({ tables }: DatabaseModel, name: string): FilteredTable {
  if (name === '' || name.includes('/')) throw notSimulated(`the path ${PREFIX}${name}`);
  const model = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (model !== undefined) return { name, model };
  throw new RestError(404, 'PGRST205', `Could not find the table 'public.${name}' in the schema cache`);
}

/** @throws RestError for a query that cannot be parsed */
export function queryOf({ table, reads, writes }: TablePlace, url: URL, isWrite: boolean): Query {
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
