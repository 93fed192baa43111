/** Calls the functions of a model: `/rest/v1/rpc/<name>`. */
import type { HttpAnswer } from '../../port/message.ts';
import type { DatabaseModel, FunctionModel, Row, Scalar, TableModel } from '../../port/model.ts';
import { parseArguments } from './call.ts';
import type { Body, Call } from './call.ts';
import { pageOf, present, respond } from './rest-answer.ts';
import type { FilteredTable } from './filters.ts';
import { tableOf } from './rest-places.ts';
import { parseQuery } from './rest-query.ts';
import { notSimulated, RestError } from './rest-error.ts';
import type { RestOptions } from './rest-options.ts';
import { coerce } from './values.ts';

export function callFunction(call: Call, name: string, { model, begin, commit }: RestOptions): HttpAnswer {
  const isRead = call.method === 'GET' || call.method === 'HEAD';
  if (!isRead && call.method !== 'POST') throw notSimulated(`the method ${call.method} on a function`);
  const given = isRead ? Object.fromEntries(call.url.searchParams) : parseArguments(call.body);
  const definition = functionOf(model, name, given, isRead);
  requireGrant(call.role, name, definition);
  const args: Record<string, Scalar> = {};
  for (const [parameter, type] of Object.entries(definition.parameters)) {
    if (parameter in given) args[parameter] = coerce(given[parameter], type);
  }
  const transaction = begin();
  if (isRead && (definition.volatility ?? 'volatile') === 'volatile') transaction.forbidWriting();
  const value = definition.run(transaction, args, call.claims);
  const skip = new Set(isRead ? Object.keys(definition.parameters) : []);
  const response = presentValue(call, model, definition, value, skip);
  commit(transaction);
  return response;
}

function presentValue(
  call: Call,
  model: DatabaseModel,
  { returns }: FunctionModel,
  value: unknown,
  skip: ReadonlySet<string>,
): HttpAnswer {
  if (typeof returns === 'object') {
    const table = shownTable(model, returns);
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

/** The table whose columns the rows of a function have. */
function shownTable(model: DatabaseModel, returns: Exclude<FunctionModel['returns'], string>): FilteredTable {
  if (!('columns' in returns)) return tableOf(model, 'rows' in returns ? returns.rows : returns.row);
  const columns = Object.entries(returns.columns).map(([name, type]) => [name, { type }] as const);
  return { name: 'pgrst_call', model: { columns: Object.fromEntries(columns), primaryKey: [] } };
}

function requireGrant(role: string, name: string, { grants }: FunctionModel): void {
  if (grants === undefined || (grants as readonly string[]).includes(role)) return;
  throw new RestError(role === 'anon' ? 401 : 403, '42501', `permission denied for function ${name}`);
}

function functionOf(model: DatabaseModel, name: string, given: Body, isRead: boolean): FunctionModel {
  const { functions = {} } = model;
  const definition = Object.hasOwn(functions, name) ? functions[name] : undefined;
  const names = Object.keys(given);
  if (definition !== undefined) {
    const parameters = Object.keys(definition.parameters);
    const required = parameters.filter((parameter) => !definition.optional?.includes(parameter));
    const known = isRead ? names.filter((each) => parameters.includes(each)) : names;
    if (known.every((each) => parameters.includes(each)) && required.every((each) => each in given)) return definition;
  }
  throw functionNotFound(name, names, isRead);
}

export function functionNotFound(name: string, names: readonly string[], isRead: boolean): RestError {
  const list = names.toSorted().join(', ');
  const signature = names.length === 0 ? `${name} without parameters` : `${name}(${list})`;
  const searched =
    names.length === 0
      ? `Searched for the function public.${name} without parameters${isRead ? '' : ' or with a single unnamed json/jsonb parameter'}, but no matches were found in the schema cache.`
      : `Searched for the function public.${name} with ${names.length === 1 ? 'parameter' : 'parameters'} ${list} or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`;
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function public.${signature} in the schema cache`,
    searched,
  );
}

function nullRow(model: TableModel): Row {
  return Object.fromEntries(Object.keys(model.columns).map((name) => [name, null]));
}
