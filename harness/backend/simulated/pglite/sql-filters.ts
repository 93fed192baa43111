/** PostgREST's filters as SQL conditions. Values are parameters without a type, so that PostgreSQL parses them. */
import { quotedIdentifier } from '../../insert-statement.ts';
import { splitTop, unparsable, unquote } from '../filters.ts';
import { notSimulated } from '../rest-error.ts';
import { literal, type StatementValues } from './sql-text.ts';

/** The operators that take any value, and how SQL writes them. */
const OPERATORS: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
  isdistinct: 'is distinct from',
};

const TEXT_SEARCH: Readonly<Record<string, string>> = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
};

const STATES = new Set(['null', 'not_null', 'true', 'false', 'unknown']);

/** `column=operator.value` of a query. `source` is the alias of the relation, as SQL. */
export function conditionOf(values: StatementValues, source: string, column: string, text: string): string {
  return member(values, source, column, text, (value) => value);
}

/** `or=(…)`, `and=(…)` and their negations. */
export function logicOf(values: StatementValues, source: string, name: string, text: string): string {
  const isNegated = name.startsWith('not.');
  const operator = isNegated ? name.slice('not.'.length) : name;
  if (!text.startsWith('(') || !text.endsWith(')')) throw unparsable(`${name}=${text}`);
  const members = splitTop(text.slice(1, -1)).map((each) => logicMember(values, source, each));
  return `${isNegated ? 'not ' : ''}(${members.join(` ${operator} `)})`;
}

/** A column, or a path within a JSON column such as `data->a->>b`, as an SQL expression. */
export function columnExpression(source: string, column: string): string {
  const [name = '', ...path] = column.split(/(->>?)/);
  const steps = path.map((step, at) => (at % 2 === 0 ? step : pathStep(step)));
  return `${source}.${quotedIdentifier(unquote(name))}${steps.join('')}`;
}

function pathStep(step: string): string {
  return /^-?\d+$/.test(step) ? step : literal(unquote(step));
}

function logicMember(values: StatementValues, source: string, text: string): string {
  const [, logic, members] = /^((?:not\.)?(?:or|and))(\(.*\))$/s.exec(text) ?? [];
  if (logic !== undefined && members !== undefined) return logicOf(values, source, logic, members);
  const dot = text.indexOf('.');
  if (dot <= 0) throw unparsable(text);
  return member(values, source, text.slice(0, dot), text.slice(dot + 1), unquote);
}

function member(
  values: StatementValues,
  source: string,
  column: string,
  text: string,
  plain: (value: string) => string,
): string {
  const isNegated = text.startsWith('not.');
  const rest = isNegated ? text.slice('not.'.length) : text;
  const [, operator = '', argument, value] = /^([a-z]+)(?:\(([^)]*)\))?\.(.*)$/s.exec(rest) ?? [];
  if (value === undefined) throw unparsable(text);
  const condition = comparison(values, columnExpression(source, column), operator, argument, value, plain);
  return isNegated ? `not (${condition})` : condition;
}

function comparison(
  values: StatementValues,
  left: string,
  operator: string,
  argument: string | undefined,
  text: string,
  plain: (value: string) => string,
): string {
  if (operator === 'in') return `${left} = any (${values.add(arrayOf(text))})`;
  const value = plain(text);
  if (operator === 'is') {
    const state = value.toLowerCase();
    if (!STATES.has(state)) throw unparsable(`is.${value}`);
    return `${left} is ${state.replace('_', ' ')}`;
  }
  const search = TEXT_SEARCH[operator];
  if (search !== undefined) {
    const configuration = argument === undefined ? '' : `${literal(argument)}, `;
    return `${left} @@ ${search}(${configuration}${values.add(value)})`;
  }
  const sign = OPERATORS[operator];
  if (sign === undefined) throw notSimulated(`the operator "${operator}"`);
  const pattern = operator === 'like' || operator === 'ilike' ? value.replaceAll('*', '%') : value;
  if (argument === undefined) return `${left} ${sign} ${values.add(pattern)}`;
  if (argument !== 'any' && argument !== 'all') throw notSimulated(`the operator "${operator}(${argument})"`);
  return `${left} ${sign} ${argument} (${values.add(pattern)})`;
}

/** `(a,"b,c")` as an array literal. */
function arrayOf(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) throw unparsable(`in.${text}`);
  const inner = text.slice(1, -1);
  const members = inner === '' ? [] : splitTop(inner).map((each) => unquote(each));
  return `{${members.map((each) => `"${each.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
