/** The SQL of a selection: columns, related tables, filters, order and limits of a query string. */
import { quotedIdentifier } from '../../insert-statement.ts';
import { splitTop } from '../filters.ts';
import { notSimulated, RestError } from '../rest-error.ts';
import type { DatabaseSchema, ReferenceSchema } from './database-schema.ts';
import { columnExpression, conditionOf, logicOf } from './sql-filters.ts';
import type { StatementValues } from './sql-text.ts';

/** Where rows come from: a relation, a function call, or the rows that a statement returned. */
export interface Source {
  /** As SQL, e.g. `public."stories"`. */
  from: string;
  /** The name of the relation, whose references lead to related tables. */
  relation: string;
}

/** The clauses of a query, for one level of it: the requested relation or a related one. */
export interface Clauses {
  where: string;
  /** With `order by`, `limit` and `offset`. */
  window: string;
  hasWindow: boolean;
  offset: number;
}

const NOT_FILTERS = new Set(['select', 'order', 'limit', 'offset', 'on_conflict', 'columns']);
const LOGIC = /^(?:not\.)?(?:and|or)$/;

/** @param prefix of the parameters of a related table: `''` or `chapters.` */
export function clausesOf(
  values: StatementValues,
  alias: string,
  parameters: URLSearchParams,
  skip: ReadonlySet<string>,
  related: ReadonlySet<string>,
  prefix = '',
): Clauses {
  const conditions: string[] = [];
  for (const [key, text] of parameters) {
    if (!key.startsWith(prefix) || (prefix === '' && skip.has(key))) continue;
    const name = key.slice(prefix.length);
    if (LOGIC.test(name)) conditions.push(logicOf(values, alias, name, text));
    else if (!NOT_FILTERS.has(name) && !isOfRelated(name, related)) {
      conditions.push(conditionOf(values, alias, checkedName(name), text));
    }
  }
  const limit = countOf(parameters.get(`${prefix}limit`));
  const offset = countOf(parameters.get(`${prefix}offset`)) ?? 0;
  const order = orderOf(alias, parameters.get(`${prefix}order`));
  return {
    where: conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`,
    window: `${order}${limit === undefined ? '' : ` limit ${limit}`}${offset === 0 ? '' : ` offset ${offset}`}`,
    hasWindow: limit !== undefined || offset > 0 || order !== '',
    offset,
  };
}

function isOfRelated(name: string, related: ReadonlySet<string>): boolean {
  const dot = name.indexOf('.');
  return dot > 0 && related.has(name.slice(0, dot));
}

function checkedName(name: string): string {
  if (/^[^">]*\./.test(name)) throw notSimulated(`the filter on "${name}"`);
  return name;
}

function orderOf(alias: string, text: string | null): string {
  if (text === null || text === '') return '';
  const terms = splitTop(text).map((term) => {
    const [, name, modifiers = ''] =
      /^((?:"[^"]*"|[^.()])+?)((?:\.(?:asc|desc|nullsfirst|nullslast))*)$/.exec(term) ?? [];
    if (name === undefined) throw notSimulated(`the order "${term}"`);
    const words = modifiers.replace('nullsfirst', 'nulls first').replace('nullslast', 'nulls last').split('.');
    return `${columnExpression(alias, name)}${words.join(' ')}`;
  });
  return ` order by ${terms.join(', ')}`;
}

function countOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw notSimulated(`the limit or offset "${text}"`);
  return Number(text);
}

/** The columns and related tables of a selection, as SQL. */
interface Selection {
  columns: string[];
  joins: string[];
  conditions: string[];
  related: Set<string>;
}

/** Builds the selections of one query. */
export class SelectBuilder {
  readonly #schema: DatabaseSchema;
  readonly #parameters: URLSearchParams;
  readonly #values: StatementValues;
  readonly #skip: ReadonlySet<string>;
  #aliases = 0;

  /** @param values get those of the filters */
  constructor(
    schema: DatabaseSchema,
    parameters: URLSearchParams,
    values: StatementValues,
    skip: ReadonlySet<string> = new Set(),
  ) {
    this.#schema = schema;
    this.#parameters = parameters;
    this.#values = values;
    this.#skip = skip;
  }

  /** A statement with one column `_row`, a JSON object for each row; and one that counts all rows that match. */
  statements(source: Source, isFiltered: boolean): { rows: string; count: string; clauses: Clauses } {
    const alias = quotedIdentifier(source.relation);
    const selection = this.#selectionOf(alias, source.relation, this.#parameters.get('select') ?? '*', '');
    const clauses = clausesOf(
      this.#values,
      alias,
      isFiltered ? this.#parameters : new URLSearchParams(),
      this.#skip,
      selection.related,
    );
    const where = whereOf(clauses.where, selection.conditions);
    const from = `from ${source.from} as ${alias}${selection.joins.join('')}`;
    const inner = `select ${selection.columns.join(', ')} ${from}${where}${clauses.window}`;
    return {
      rows: `select row_to_json(_row)::text from (${inner}) as _row`,
      count: `select count(*) ${from}${where}`,
      clauses,
    };
  }

  #selectionOf(alias: string, relation: string, text: string, prefix: string): Selection {
    const selection: Selection = { columns: [], joins: [], conditions: [], related: new Set() };
    for (const item of splitTop(text)) this.#addItem(selection, alias, relation, item.trim(), prefix);
    // Without columns, e.g. for an inner join only, there is still a row.
    return selection;
  }

  #addItem(selection: Selection, alias: string, relation: string, item: string, prefix: string): void {
    if (item === '' || item === '*') {
      selection.columns.push(`${alias}.*`);
      return;
    }
    const [, as, target, hint, inner] = EMBEDDED.exec(item) ?? [];
    if (target !== undefined && inner !== undefined) {
      this.#addRelated(selection, { alias, relation, prefix }, { as: as ?? target, target, hint, inner });
      return;
    }
    const [, name, column, cast] = COLUMN.exec(item) ?? [];
    if (column === undefined) throw notSimulated(`the selection "${item}"`);
    const expression = columnExpression(alias, column);
    const shown = name ?? lastStep(column);
    selection.columns.push(
      `${expression}${cast === undefined ? '' : `::${castOf(cast)}`} as ${quotedIdentifier(shown)}`,
    );
  }

  #addRelated(
    selection: Selection,
    { alias, relation, prefix }: { alias: string; relation: string; prefix: string },
    { as, target, hint, inner }: { as: string; target: string; hint: string | undefined; inner: string },
  ): void {
    const { to, on, isMany } = this.#relationOf(
      relation,
      target,
      hint?.split('!').find((word) => !JOINS.has(word)),
    );
    const own = quotedIdentifier(`${to}_${++this.#aliases}`);
    const path = `${prefix}${as}.`;
    const nested = this.#selectionOf(own, to, inner, path);
    const clauses = clausesOf(this.#values, own, this.#parameters, this.#skip, nested.related, path);
    const link = on.map(([left, right]) => `${own}.${quotedIdentifier(right)} = ${alias}.${quotedIdentifier(left)}`);
    const where = whereOf(clauses.where, [...link, ...nested.conditions]);
    const rows = `select ${nested.columns.join(', ')} from public.${quotedIdentifier(to)} as ${own}${nested.joins.join('')}${where}${clauses.window}`;
    const shown = quotedIdentifier(`_${to}_${this.#aliases}`);
    const value = isMany ? `coalesce(json_agg(_one), '[]')` : `json_agg(_one) -> 0`;
    selection.joins.push(
      ` left join lateral (select ${value} as value, count(*) as count from (${rows}) as _one) as ${shown} on true`,
    );
    selection.columns.push(`${shown}.value as ${quotedIdentifier(as)}`);
    selection.related.add(as);
    if (hint?.split('!').includes('inner')) selection.conditions.push(`${shown}.count > 0`);
  }

  /** The only reference between two relations, in either direction, or the one that the hint names. */
  #relationOf(relation: string, target: string, hint: string | undefined): Related {
    const found = [...this.#relatedTo(relation)].filter(
      ({ to, reference }) =>
        (to === target || reference.constraint === target) && (hint === undefined || isHinted(reference, hint)),
    );
    const [only] = found;
    if (only === undefined) {
      const message = `Could not find a relationship between '${relation}' and '${target}' in the schema cache`;
      const details = `Searched for a foreign key relationship between '${relation}' and '${target}'${hint === undefined ? '' : ` using the hint '${hint}'`} in the schema 'public', but no matches were found.`;
      throw new RestError(400, 'PGRST200', message, details);
    }
    if (found.length > 1)
      throw notSimulated(`the selection of "${target}", to which "${relation}" has several references`);
    return only;
  }

  *#relatedTo(relation: string): Iterable<Related> {
    for (const reference of this.#schema.relations.get(relation)?.references ?? []) {
      yield { to: reference.to, on: pairs(reference.columns, reference.toColumns), isMany: false, reference };
    }
    for (const { name, references, primaryKey } of this.#schema.relations.values()) {
      for (const reference of references) {
        if (reference.to !== relation || name === relation) continue;
        const isMany = !isSameSet(primaryKey, reference.columns);
        yield { to: name, on: pairs(reference.toColumns, reference.columns), isMany, reference };
      }
    }
  }
}

const EMBEDDED = /^(?:([^:()!]+):)?([^:()!]+)((?:![^:()!]+)*)\((.*)\)$/s;
const COLUMN = /^(?:([^:()]+):(?!:))?((?:"[^"]*"|[^:()"]+?))(?:::([\w ]+(?:\[\])?))?$/;
const JOINS = new Set(['', 'inner', 'left']);

interface Related {
  to: string;
  /** Pairs of columns: of the one that selects, and of the related one. */
  on: readonly (readonly [string, string])[];
  isMany: boolean;
  reference: ReferenceSchema;
}

function isHinted({ constraint, columns }: ReferenceSchema, hint: string): boolean {
  return constraint === hint || (columns.length === 1 && columns[0] === hint);
}

function pairs(left: readonly string[], right: readonly string[]): [string, string][] {
  return left.map((name, at) => [name, right[at] ?? name]);
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}

function whereOf(where: string, conditions: readonly string[]): string {
  if (conditions.length === 0) return where;
  return `${where === '' ? ' where ' : `${where} and `}${conditions.join(' and ')}`;
}

function lastStep(column: string): string {
  const steps = column.split(/->>?/);
  return (steps.at(-1) ?? column).replace(/^"(.*)"$/s, '$1');
}

function castOf(type: string): string {
  return type.trim();
}
