/**
 * Names that every JavaScript object has. `@supabase/lite` keeps filters in plain objects by column name, so that a filter
 * on such a name would change the prototype of all objects of this process, and would be ignored: `DELETE` with it would
 * delete every row.
 */

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** PostgREST's answer for a column that does not exist, if a query parameter filters by a reserved name. */
export function refuseReservedNames({ url }: Request): Response | undefined {
  const { searchParams, pathname } = new URL(url);
  for (const name of searchParams.keys()) {
    // `embedded.column` and `column->field`
    const reserved = name.split(/\.|->>?/).find((part) => RESERVED.has(part.trim()));
    if (reserved === undefined) continue;
    const message = `column ${pathname.slice(pathname.lastIndexOf('/') + 1)}.${reserved} does not exist`;
    return Response.json({ code: '42703', details: null, hint: null, message }, { status: 400 });
  }
  return undefined;
}
