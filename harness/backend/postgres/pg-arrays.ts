/**
 * PostgreSQL's arrays in text format, for postgres.js. It can look up the types itself, but if the connection breaks
 * while it does, the whole process crashes.
 */
import type { PostgresType } from 'postgres';
import { itemAt } from '../../required.ts';

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asBoolean: Parse = (text) => text === 't';
const asJson: Parse = (text) => JSON.parse(text);
/** A number if that is exact, otherwise the text. */
const asNumber: Parse = (text) => (String(Number(text)) === text ? Number(text) : text);

/** Type ids of arrays, from `pg_type`, and how their elements are parsed. */
const ARRAYS: readonly [parse: Parse, ...oids: number[]][] = [
  [asBoolean, 1000],
  [asNumber, 1005, 1007, 1016, 1021, 1022, 1028, 1231],
  [asJson, 199, 3807],
  // text, varchar, bpchar, name, uuid, date, time, timestamp, timestamptz, interval, inet
  [asText, 1009, 1015, 1014, 1003, 2951, 1182, 1183, 1115, 1185, 1187, 1041],
];

export function arrayTypes(): Record<string, PostgresType> {
  const types = ARRAYS.flatMap(([element, ...oids]) => oids.map((oid) => [`array${oid}`, arrayType(oid, element)]));
  return Object.fromEntries(types) as Record<string, PostgresType>;
}

function arrayType(oid: number, element: Parse): PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (Array.isArray(value) ? formatArray(value) : value),
    parse: (text: string) => parseArray(text, element),
  };
}

/** Parses `{1,NULL,{"a b",c}}`. Leading bounds, as in `[0:1]={1,2}`, are ignored. */
export function parseArray(text: string, element: Parse = asText): unknown[] {
  const tokens = text.slice(text.indexOf('{')).matchAll(/[{}]|"((?:[^"\\]|\\.)*)"|[^{},"]+/gs);
  const root: unknown[] = [];
  const stack = [root];
  for (const [token, quoted] of tokens) {
    const top = itemAt(stack, stack.length - 1);
    if (token === '{') {
      const inner: unknown[] = [];
      top.push(inner);
      stack.push(inner);
    } else if (token === '}') stack.pop();
    else if (quoted !== undefined) top.push(element(quoted.replaceAll(/\\(.)/gs, '$1')));
    else top.push(token === 'NULL' ? null : element(token));
  }
  return root[0] as unknown[];
}

export function formatArray(values: readonly unknown[]): string {
  return `{${values.map(formatElement).join(',')}}`;
}

function formatElement(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return formatArray(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
