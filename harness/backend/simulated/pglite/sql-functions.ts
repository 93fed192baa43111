/** The SQL of a function call. */
import { quotedIdentifier } from '../../insert-statement.ts';
import { parseArguments, type Call } from '../call.ts';
import { functionNotFound } from '../rest-functions.ts';
import type { DatabaseSchema, FunctionSchema } from './database-schema.ts';
import type { StatementValues } from './sql-text.ts';

export interface FunctionCall {
  definition: FunctionSchema;
  /** The call as the source of a query, e.g. `public."advance"("story" => …)`. */
  from: string;
  /** The parameters of the query string that are arguments. */
  skip: ReadonlySet<string>;
}

/** @throws RestError PGRST202 if no function has such parameters */
export function functionCall(
  schema: DatabaseSchema,
  call: Call,
  name: string,
  isRead: boolean,
  values: StatementValues,
): FunctionCall {
  const given = isRead ? Object.fromEntries(call.url.searchParams) : parseArguments(call.body);
  const definition = chosen(schema, name, Object.keys(given), isRead);
  const used = definition.parameters.filter((parameter) => parameter.name in given);
  const assignments = used.map((parameter) => {
    const value = isRead
      ? `${values.add(String(given[parameter.name]))}::${parameter.type}`
      : `(select _value from json_to_record(${values.add(JSON.stringify({ _value: given[parameter.name] }))}) as _given (_value ${parameter.type}))`;
    return `${quotedIdentifier(parameter.name)} => ${value}`;
  });
  return {
    definition,
    from: `public.${quotedIdentifier(name)}(${assignments.join(', ')})`,
    skip: new Set(isRead ? used.map((parameter) => parameter.name) : []),
  };
}

function chosen(schema: DatabaseSchema, name: string, names: readonly string[], isRead: boolean): FunctionSchema {
  for (const definition of schema.functions.get(name) ?? []) {
    const { parameters, optional } = definition;
    const known = isRead ? names.filter((each) => parameters.some((parameter) => parameter.name === each)) : names;
    const required = parameters.slice(0, parameters.length - optional);
    const accepts = known.every((each) => parameters.some((parameter) => parameter.name === each));
    if (accepts && required.every((parameter) => names.includes(parameter.name))) return definition;
  }
  throw functionNotFound(name, names, isRead);
}
