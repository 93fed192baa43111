/** PostgREST's filters, as predicates with SQL's three-valued logic: `null` is unknown. */
import type { ColumnType, Row, TableModel } from '../../port/model.ts';
import { databaseError, notSimulated, RestError } from './rest-error.ts';
import { coerce, compareValues } from './values.ts';
import type { Value } from './values.ts';

export type Predicate = (row: Row) => boolean | null;

/** A filter whose column names have been resolved. Calling it parses the values, which may throw. */
export type Filter = () => Predicate;

export interface FilteredTable {
  name: string;
  model: TableModel;
}

const OPERATORS = new Set(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'in', 'is', 'isdistinct']);

/** `column=operator.value` of a query. */
export function parseFilter(table: FilteredTable, column: string, text: string): Filter {
  const { operator, value, isNegated } = splitOperator(text);
  const filter = compile(table, column, operator, value);
  return isNegated ? () => negate(filter()) : filter;
}

/** `or=(…)`, `and=(…)` and their negations. */
export function parseLogic(table: FilteredTable, name: string, text: string): Filter {
  const isNegated = name.startsWith('not.');
  const operator = isNegated ? name.slice('not.'.length) : name;
  if (!text.startsWith('(') || !text.endsWith(')')) throw unparsable(`${name}=${text}`);
  const members = splitTop(text.slice(1, -1)).map((member) => parseMember(table, member));
  return () => {
    const predicates = members.map((bind) => bind());
    const joined = operator === 'or' ? anyOf(predicates) : allOf(predicates);
    return isNegated ? negate(joined) : joined;
  };
}

export function allOf(members: readonly Predicate[]): Predicate {
  const [only] = members;
  if (only !== undefined && members.length === 1) return only;
  return (row) => {
    let result: boolean | null = true;
    for (const member of members) {
      const holds = member(row);
      if (holds === false) return false;
      if (holds === null) result = null;
    }
    return result;
  };
}

function anyOf(members: readonly Predicate[]): Predicate {
  const none = allOf(members.map(negate));
  return negate(none);
}

function negate(predicate: Predicate): Predicate {
  return (row) => {
    const holds = predicate(row);
    return holds === null ? null : !holds;
  };
}

function parseMember(table: FilteredTable, text: string): Filter {
  const [, logic, members] = /^((?:not\.)?(?:or|and))(\(.*\))$/s.exec(text) ?? [];
  if (logic !== undefined && members !== undefined) return parseLogic(table, logic, members);
  const dot = text.indexOf('.');
  if (dot <= 0) throw unparsable(text);
  const { operator, value, isNegated } = splitOperator(text.slice(dot + 1));
  const filter = compile(table, text.slice(0, dot), operator, operator === 'in' ? value : unquote(value));
  return isNegated ? () => negate(filter()) : filter;
}

function splitOperator(text: string): { operator: string; value: string; isNegated: boolean } {
  const isNegated = text.startsWith('not.');
  const rest = isNegated ? text.slice('not.'.length) : text;
  const [, operator, value] = /^([a-z]+)\.(.*)$/s.exec(rest) ?? [];
  if (operator === undefined || value === undefined) {
    if (/^[a-z]+(\(|$)/.test(rest)) throw notSimulated(`the filter "${text}"`);
    throw unparsable(text);
  }
  if (!OPERATORS.has(operator)) throw notSimulated(`the operator "${operator}"`);
  return { operator, value, isNegated };
}

function compile(table: FilteredTable, column: string, operator: string, text: string): Filter {
  const { type } = columnOf(table, column);
  const name = unquote(column);
  if (operator === 'is') return constantly(isState(name, type, text));
  if (operator === 'like' || operator === 'ilike') return constantly(isLike(name, type, operator, text));
  return () => (operator === 'in' ? isAmong(name, type, text) : compares(name, type, operator, coerce(text, type)));
}

function constantly(predicate: Predicate): Filter {
  return () => predicate;
}

function compares(column: string, type: ColumnType, operator: string, wanted: Value): Predicate {
  if (operator === 'isdistinct') {
    return (row) => {
      const value = row[column] ?? null;
      return value === null || compareValues(value, wanted, type) !== 0;
    };
  }
  const accept = COMPARISONS[operator as keyof typeof COMPARISONS];
  return (row) => {
    const value = row[column] ?? null;
    return value === null ? null : accept(compareValues(value, wanted, type));
  };
}

const COMPARISONS = {
  eq: (order: number): boolean => order === 0,
  neq: (order: number): boolean => order !== 0,
  gt: (order: number): boolean => order > 0,
  gte: (order: number): boolean => order >= 0,
  lt: (order: number): boolean => order < 0,
  lte: (order: number): boolean => order <= 0,
};

function isState(column: string, type: ColumnType, text: string): Predicate {
  const state = text.toLowerCase();
  if (state === 'null') return (row) => row[column] === null;
  if (state === 'not_null') return (row) => row[column] !== null;
  if (!['true', 'false', 'unknown'].includes(state)) throw unparsable(`is.${text}`);
  if (type !== 'boolean') {
    const message = `argument of IS ${state.toUpperCase()} must be type boolean, not type ${typeName(type)}`;
    throw databaseError('42804', message);
  }
  return (row) => row[column] === (state === 'unknown' ? null : state === 'true');
}

function isAmong(column: string, type: ColumnType, text: string): Predicate {
  if (!text.startsWith('(') || !text.endsWith(')')) throw unparsable(`in.${text}`);
  const inner = text.slice(1, -1);
  const wanted: Value[] = inner === '' ? [] : splitTop(inner).map((member) => coerce(unquote(member), type));
  return (row) => {
    const value = row[column] ?? null;
    if (value === null) return wanted.length === 0 ? false : null;
    return wanted.some((each) => compareValues(value, each, type) === 0);
  };
}

function isLike(column: string, type: ColumnType, operator: 'like' | 'ilike', text: string): Predicate {
  if (type !== 'text') {
    const sign = operator === 'like' ? '~~' : '~~*';
    throw databaseError('42883', `operator does not exist: ${typeName(type)} ${sign} unknown`, {
      hint: 'No operator matches the given name and argument types. You might need to add explicit type casts.',
    });
  }
  const source = text.replaceAll('*', '%').replace(/\\.|[%_]|[.*+?^${}()|[\]]/gs, (found) => {
    if (found === '%') return '.*';
    if (found === '_') return '.';
    return found.startsWith('\\') && found.length === 2 ? `\\${found[1]}` : `\\${found}`;
  });
  const pattern = new RegExp(`^${source}$`, operator === 'ilike' ? 'is' : 's');
  return (row) => (row[column] === null ? null : pattern.test(row[column] as string));
}

/** @throws RestError 42703 for an unknown column, with PostgreSQL's message */
export function columnOf(table: FilteredTable, column: string): { type: ColumnType } {
  const plain = unquote(column);
  const known = Object.hasOwn(table.model.columns, plain) ? table.model.columns[plain] : undefined;
  if (known !== undefined) return known;
  if (!/^[A-Za-z_][\w$ -]*$/.test(plain)) throw notSimulated(`the column expression "${column}"`);
  throw databaseError('42703', `column ${table.name}.${plain} does not exist`);
}

/** Splits at commas outside of parentheses and quotes. */
export function splitTop(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (isQuoted && char === '\\') {
      part += char + (text[++at] ?? '');
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted && char === '(') depth += 1;
    if (!isQuoted && char === ')') depth -= 1;
    if (char === ',' && depth === 0 && !isQuoted) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part];
}

export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
}

function typeName(type: ColumnType): string {
  return type === 'timestamptz' ? 'timestamp with time zone' : type;
}

export function unparsable(text: string): RestError {
  return new RestError(400, 'PGRST100', `"failed to parse filter (${text})" (line 1, column 1)`);
}
