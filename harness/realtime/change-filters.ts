/**
 * The filters of `postgres_changes`: `COLUMN=OPERATOR.VALUE`, several of them separated by commas. Both sides are compared
 * as values of the column's type, and NULL satisfies none. Source: supabase/realtime, migration 20260626120000.
 */
import { NUMERIC_TYPES, type PublishedTable, type StreamRow } from '../port/stream.ts';

/** `undefined` if the image of the row lacks a column of the filter. */
export type ChangeFilter = (row: StreamRow) => boolean | undefined;

const VALUES_MAX = 100;

/** @throws Error if the filter is not valid for the table */
export function parseFilter(text: string, { columns }: Pick<PublishedTable, 'columns'>): ChangeFilter {
  const conditions = splitList(text).map((part) => {
    const { column, isNegated, operator, operand } = partsOf(part);
    const found = columns.find(({ name }) => name === column);
    if (found === undefined) throw new Error(`invalid column for filter ${column}`);
    const test = testOf(operator, operand, found.type);
    return { column, test: isNegated ? negated(test) : test };
  });
  return (row) => {
    if (conditions.some(({ column }) => !(column in row))) return undefined;
    return conditions.every(({ column, test }) => test(row[column] ?? null) === true);
  };
}

/** SQL's three values: `undefined` is NULL. */
type Test = (value: unknown) => boolean | undefined;

function partsOf(part: string): { column: string; isNegated: boolean; operator: string; operand: string } {
  const match = /^\s*([^=]+?)\s*=\s*(not\.)?([a-z]+)\.(.*)$/s.exec(part);
  if (match === null) throw new Error(`Error parsing filter ${JSON.stringify(part)}`);
  const [, column = '', not, operator = '', operand = ''] = match;
  return { column, isNegated: not !== undefined, operator, operand };
}

function negated(test: Test): Test {
  return (value) => {
    const held = test(value);
    return held === undefined ? undefined : !held;
  };
}

function testOf(operator: string, operand: string, type: string): Test {
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) {
    const wanted = cast(operand, type);
    return (value) => (value === null ? undefined : comparison(compare(cast(value, type), wanted)));
  }
  switch (operator) {
    case 'in':
      return isIn(operand, type);
    case 'like':
    case 'ilike':
      return matching(patternOfLike(operand), operator === 'ilike');
    case 'match':
    case 'imatch':
      return matching(operand, operator === 'imatch');
    case 'is':
      return isTruth(operand);
    case 'isdistinct': {
      const wanted = cast(operand, type);
      return (value) => value === null || compare(cast(value, type), wanted) !== 0;
    }
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  neq: (order) => order !== 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

function isIn(operand: string, type: string): Test {
  const list = /^[({](.*)[)}]$/s.exec(operand)?.[1] ?? operand;
  const wanted = splitList(list).map((item) => cast(unquoted(item), type));
  if (wanted.length > VALUES_MAX) throw new Error(`too many values for the operator in: ${wanted.length}`);
  return (value) => (value === null ? undefined : wanted.some((each) => compare(cast(value, type), each) === 0));
}

function isTruth(operand: string): Test {
  if (operand === 'null') return (value) => value === null;
  if (operand === 'unknown') return (value) => value === null;
  if (operand !== 'true' && operand !== 'false') throw new Error(`invalid value for the operator is: ${operand}`);
  return (value) => value === (operand === 'true');
}

function matching(pattern: string, ignoresCase: boolean): Test {
  const expression = new RegExp(pattern, ignoresCase ? 'is' : 's');
  return (value) => (value === null ? undefined : expression.test(String(value)));
}

function patternOfLike(operand: string): string {
  const pattern = operand.replace(/\\(.)|[%_]|[.*+?^${}()|[\]]/gs, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
    return found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`;
  });
  return `^${pattern}$`;
}

const TIMES: ReadonlySet<string> = new Set(['timestamptz', 'timestamp', 'date']);

type Comparable = number | string | boolean;

/** @throws Error for the text of a filter that is no value of the type */
function cast(value: unknown, type: string): Comparable {
  const text = String(value);
  if (NUMERIC_TYPES.has(type)) return requireNumber(Number(text), text, type);
  if (TIMES.has(type)) return requireNumber(Date.parse(text), text, type);
  if (type !== 'bool') return typeof value === 'object' ? JSON.stringify(value) : text;
  if (/^(t|true|y|yes|on|1)$/i.test(text)) return true;
  if (/^(f|false|n|no|off|0)$/i.test(text)) return false;
  throw invalid(text, type);
}

function requireNumber(number: number, text: string, type: string): number {
  if (text.trim() === '' || Number.isNaN(number)) throw invalid(text, type);
  return number;
}

function invalid(text: string, type: string): Error {
  return new Error(`invalid input syntax for type ${type}: "${text}"`);
}

function compare(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Splits at commas that are neither quoted nor in parentheses. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === '(' || char === '{') depth += 1;
    else if (char === ')' || char === '}') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function unquoted(item: string): string {
  const match = /^\s*"(.*)"\s*$/s.exec(item);
  return match === null ? item.trim() : match[1]!.replaceAll(/\\(.)/gs, '$1');
}
