/** Parses the query string of a request; `simulated-rest.ts` caches the result. */
import type { Row, Scalar } from '../../port/model.ts';
import { allOf, columnOf, parseFilter, parseLogic, splitTop, type FilteredTable, type Filter } from './filters.ts';
import { notSimulated } from './rest-error.ts';
import { compareValues } from './values.ts';

export interface Query {
  /** A row as JSON. Cached per row version, because most are read many times. */
  textOf(row: Row): string;
  matches(row: Row): boolean;
  /** `undefined`: in order of insertion. */
  order: ((a: Row, b: Row) => number) | undefined;
  limit: number | undefined;
  offset: number;
  /** `on_conflict`, or the primary key. */
  onConflict: readonly string[];
}

/** Parameters that are not filters. */
const RESERVED = new Set([
  'select',
  'order',
  'limit',
  'offset',
  'on_conflict',
  'columns',
  'and',
  'or',
  'not.and',
  'not.or',
]);

const NOTHING: ReadonlySet<string> = new Set();

/** @param options `skip`: parameters that are a function's arguments */
export function parseQuery(
  table: FilteredTable,
  parameters: URLSearchParams,
  { skip = NOTHING, isWrite = false }: { skip?: ReadonlySet<string>; isWrite?: boolean } = {},
): Query {
  const select = () => parseSelect(table, parameters.get('select') ?? '*');
  // The order matters for which of several errors is reported: the selection comes first in a query, last in a change.
  let project = isWrite ? undefined : select();
  const filters: Filter[] = [];
  for (const [name, text] of parameters) {
    if (skip.has(name)) continue;
    if (/^(not\.)?(and|or)$/.test(name)) filters.push(parseLogic(table, name, text));
    else if (!RESERVED.has(name)) filters.push(parseFilter(table, checkedName(name), text));
  }
  project ??= select();
  const order = parseOrder(table, parameters.get('order'));
  // As for a prepared statement, names are resolved first, and values are parsed afterwards.
  const predicates = filters.map((bind) => bind());
  const holds = allOf(predicates);
  return {
    textOf: textsOf(project),
    matches: predicates.length === 0 ? () => true : (row) => holds(row) === true,
    order,
    limit: parseCount(parameters.get('limit')),
    offset: parseCount(parameters.get('offset')) ?? 0,
    onConflict: parameters.get('on_conflict')?.split(',').map(trimQuotes) ?? table.model.primaryKey,
  };
}

function textsOf(project: (row: Row) => Row): Query['textOf'] {
  const texts = new WeakMap<Row, string>();
  return (row) => {
    let text = texts.get(row);
    if (text === undefined) texts.set(row, (text = JSON.stringify(project(row))));
    return text;
  };
}

/** A name with a dot is a column of a related table. */
function checkedName(name: string): string {
  if (/[.>]/.test(name)) throw notSimulated(`the filter on "${name}"`);
  return name;
}

function parseSelect(table: FilteredTable, text: string): (row: Row) => Row {
  const items = splitTop(text).map((item) => parseItem(table, item.trim()));
  if (items.length === 1 && items[0] === '*') return (row) => row;
  const columns = Object.keys(table.model.columns);
  const shown = items.flatMap((item) => (item === '*' ? columns.map((name) => ({ name, as: name })) : [item]));
  return (row) => {
    const projected: Record<string, Scalar> = {};
    for (const { name, as } of shown) projected[as] = row[name] ?? null;
    return projected;
  };
}

function parseItem(table: FilteredTable, item: string): '*' | { name: string; as: string } {
  if (item === '*' || item === '') return '*';
  const [, as, name] = /^(?:([^:()]+):(?!:))?("(?:[^"]*)"|[^:().\->"]+)$/.exec(item) ?? [];
  if (name === undefined) throw notSimulated(`the selection "${item}"`);
  columnOf(table, name);
  return { name: trimQuotes(name), as: as ?? trimQuotes(name) };
}

function parseOrder(table: FilteredTable, text: string | null): Query['order'] {
  if (text === null || text === '') return undefined;
  const terms = splitTop(text).map((term) => {
    const [, name, ...modifiers] = /^([^.()>]+)((?:\.(?:asc|desc|nullsfirst|nullslast))*)$/.exec(term) ?? [];
    if (name === undefined) throw notSimulated(`the order "${term}"`);
    const words = modifiers.join('').split('.');
    const isDescending = words.includes('desc');
    const nullsFirst = words.includes('nullsfirst') || (isDescending && !words.includes('nullslast'));
    return {
      name: trimQuotes(name),
      type: columnOf(table, name).type,
      sign: isDescending ? -1 : 1,
      nulls: nullsFirst ? -1 : 1,
    };
  });
  return (a, b) => {
    for (const { name, type, sign, nulls } of terms) {
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === null && right === null) continue;
      if (left === null) return nulls;
      if (right === null) return -nulls;
      const order = compareValues(left, right, type);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

function parseCount(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw notSimulated(`the limit or offset "${text}"`);
  return Number(text);
}

function trimQuotes(name: string): string {
  return name.replace(/^"(.*)"$/s, '$1');
}
