/** The values of random requests, and their filters, orders and windows. */
import fc from 'fast-check';

const ids = ['a', 'b', 'c', 'story, "4"', 'it.s (5)'];
export const id = fc.constantFrom(...ids);
export const progress = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.constantFrom(-1, 101, 3_000_000_000, 1.5, 'x', '7', null),
);
export const status = fc.constantFrom('generating', 'completed', 'Completed', 'null', '', 'a,b', 'it"s', null);
export const flag = fc.constantFrom(true, false, null);
export const timestamp = fc.constantFrom(
  '2026-01-02T03:04:05Z',
  '2026-01-02T03:04:05.12+02:00',
  '2025-01-01 00:00:00+00',
  null,
);

export type Filter = (query: any) => any;
export interface Described<T> {
  text: string;
  apply: T;
}

export const described = <T>(text: string, apply: T): Described<T> => ({ text, apply });
const comparison = fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte');

type Leaf = { column: string; operator: string; value: unknown };

const leafOf = (numbers: readonly unknown[]): fc.Arbitrary<Leaf> =>
  fc.oneof(
    fc.record({ column: fc.constant('id'), operator: comparison, value: id }),
    fc.record({
      column: fc.constantFrom('progress', 'generation'),
      operator: comparison,
      value: fc.constantFrom(...numbers),
    }),
    fc.record({
      column: fc.constant('status'),
      operator: fc.oneof(comparison, fc.constantFrom('like', 'ilike')),
      value: fc.constantFrom('completed', 'c%', '%E_', 'a,b', '*e*', ''),
    }),
    fc.record({
      column: fc.constantFrom('status', 'is_public', 'progress'),
      operator: fc.constant('is'),
      value: fc.constantFrom(null, true, false),
    }),
    fc.record({
      column: fc.constant('updated_at'),
      operator: comparison,
      value: fc.constantFrom('2026-01-02T03:04:05Z', '2025-06-01T00:00:00+00:00'),
    }),
    fc.record({
      column: fc.constantFrom('id', 'status'),
      operator: fc.constant('in'),
      value: fc.array(fc.oneof(id, fc.constantFrom('completed', 'a,b')), { maxLength: 3 }),
    }),
    fc.constantFrom(
      { column: 'status', operator: 'isDistinct', value: 'completed' },
      { column: 'progress', operator: 'isDistinct', value: 10 },
    ),
    fc.record({ column: fc.constant('nothing'), operator: fc.constant('eq'), value: fc.constant(1) }),
  );

/** A condition in the text form that `or` takes, in which a list has its own parentheses. */
const writtenLeafOf = (leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<{ column: string; operator: string; value: string }> =>
  leaf
    .filter(({ operator }) => operator !== 'isDistinct')
    .map(({ column, operator, value }) => ({
      column,
      operator,
      value: Array.isArray(value)
        ? `(${value.map(quoted).join(',')})`
        : isPattern(operator)
          ? String(value)
          : quoted(value),
    }))
    // The library takes the quotes around a pattern for a part of it.
    .filter(({ operator, value }) => !isPattern(operator) || /^[\w*%-]+$/.test(value));

function isPattern(operator: string): boolean {
  return operator === 'like' || operator === 'ilike';
}

const filterOf = (leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<Described<Filter>> =>
  fc.oneof(
    {
      arbitrary: leaf.map(({ column, operator, value }) =>
        described(`.${operator}(${column}, ${JSON.stringify(value)})`, (query: any) => query[operator](column, value)),
      ),
      weight: 4,
    },
    leaf
      .filter(({ operator }) => operator !== 'in' && operator !== 'isDistinct')
      .map(({ column, operator, value }) =>
        described(`.not(${column}, ${operator}, ${JSON.stringify(value)})`, (query: any) =>
          query.not(column, operator, value),
        ),
      ),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((list) => {
      const text = `(${list.map(quoted).join(',')})`;
      return described(`.not(id, in, ${text})`, (query: any) => query.not('id', 'in', text));
    }),
    fc
      .tuple(id, fc.constantFrom(1, 2))
      .map(([id, generation]) =>
        described(`.match(${id}, ${generation})`, (query: any) => query.match({ id, generation })),
      ),
    fc.array(writtenLeafOf(leaf), { minLength: 1, maxLength: 3 }).map((leaves) => {
      const text = leaves.map(({ column, operator, value }) => `${column}.${operator}.${value}`).join(',');
      return described(`.or(${text})`, (query: any) => query.or(text));
    }),
    writtenLeafOf(leaf).map(({ column, operator, value }) => {
      const text = `id.in.(a,"b"),and(progress.gte.10,not.and(${column}.${operator}.${value},id.eq.c))`;
      return described(`.or(${text})`, (query: any) => query.or(text));
    }),
    writtenLeafOf(leaf).map(({ column, operator, value }) => {
      const text = `${column}.not.${operator}.${value},not.or(id.eq.a,id.eq.b)`;
      return described(`.or(${text})`, (query: any) => query.or(text));
    }),
  );

function quoted(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  return `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`;
}

/** At most one `or`, and one condition per column and operator: not every REST layer supports several. */
const someOf = (leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<Described<Filter>[]> =>
  fc.uniqueArray(filterOf(leaf), { maxLength: 2, selector: ({ text }) => kindOf(text) });

/** All `eq` conditions are of one kind, because a `match` consists of several. */
function kindOf(filter: string): string {
  const [, operator, column = ''] = /^\.(\w+)\(((?:\w+, )?\w+)?/.exec(filter)!;
  if (operator === 'match' || operator === 'eq') return 'eq';
  return operator === 'or' ? operator : `${operator}(${operator === 'not' ? column : column.split(', ')[0]}`;
}

export const filters = someOf(leafOf([1, 2, 10, 50]));
/** Filters in addition to an `eq` on the id. */
export const narrowing = filters.map((some) => some.filter(({ text }) => !/^\.(match|eq\(id)/.test(text)));
/** Filters, some with values that are not of their column's type. */
export const anyFilters = someOf(leafOf([1, 2, 10, 50, 'x', '']));
export const order = fc.constantFrom(
  described('.order(id)', (query: any) => query.order('id')),
  described('.order(progress desc).order(id)', (query: any) =>
    query.order('progress', { ascending: false }).order('id'),
  ),
  described('.order(status nullsfirst).order(id desc)', (query: any) =>
    query.order('status', { nullsFirst: true }).order('id', { ascending: false }),
  ),
  described('.order(is_public desc nullslast).order(updated_at).order(id)', (query: any) =>
    query.order('is_public', { ascending: false, nullsFirst: false }).order('updated_at').order('id'),
  ),
  described('.order(nothing)', (query: any) => query.order('nothing')),
);
export const window = fc.oneof(
  fc.constant(described('', (query: any) => query)),
  fc.nat(3).map((count) => described(`.limit(${count})`, (query: any) => query.limit(count))),
  fc
    .tuple(fc.nat(3), fc.nat(3))
    .map(([from, more]) =>
      described(`.range(${from}, ${from + more})`, (query: any) => query.range(from, from + more)),
    ),
);

export const applied = (query: any, steps: readonly Described<Filter>[]): any =>
  steps.reduce((built, { apply }) => apply(built), query);
export const textOf = (steps: readonly Described<Filter>[]): string => steps.map(({ text }) => text).join('');
