/**
 * Names that every JavaScript object has. `@supabase/lite` keeps filters in plain objects by column name, so that a filter
 * on such a name would change the prototype of all objects of this process, and would be ignored: `DELETE` with it would
 * delete every row.
 */
import { badRequest } from './rest-errors.ts';

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The library finds operators and modifiers as fields of plain objects, which these names are too. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What is not a filter. */
const PARAMETERS: ReadonlySet<string> = new Set(['select', 'limit', 'offset', 'columns', 'on_conflict', 'apikey']);

/** PostgREST's answer if a query parameter filters by a reserved name, or uses one as an operator. */
export function refuseReservedNames({ url }: Request): Response | undefined {
  const { searchParams, pathname } = new URL(url);
  for (const name of searchParams.keys()) {
    // `embedded.column` and `column->field`
    const reserved = name.split(/\.|->>?/).find((part) => RESERVED.has(part.trim()));
    if (reserved === undefined) continue;
    return badRequest('42703', `column ${pathname.slice(pathname.lastIndexOf('/') + 1)}.${reserved} does not exist`);
  }
  for (const [name, value] of searchParams) {
    if (PARAMETERS.has(name) || !operatorsIn(name, value).some((operator) => INHERITED.has(operator))) continue;
    return badRequest('PGRST100', `"failed to parse ${/(^|\.)order$/.test(name) ? 'order' : 'filter'} (${value})"`);
  }
  return undefined;
}

/** The words of a parameter that name an operator or a modifier. */
function operatorsIn(name: string, value: string): string[] {
  if (/(^|\.)order$/.test(name)) return value.split(/[.,]/);
  if (!/(^|\.)(or|and)$/.test(name)) return [operatorOf(value)];
  // `(column.operator.value,not.and(…))`
  return [
    operatorOf(value),
    ...[...value.matchAll(/(?:^|[(,])[^.,()]*\.((?:not\.)?[^.,()]+)/g)].map(([, found = '']) => operatorOf(found)),
  ];
}

function operatorOf(filter: string): string {
  return /^(?:not\.)?([^.(]*)/.exec(filter)?.[1] ?? '';
}
