/** Random requests through supabase-js. */
import fc from 'fast-check';
import type { clientOf } from './conformance.case.ts';

export type Client = ReturnType<typeof clientOf>;

/** One request, and its description for a failure message. */
export interface Command {
  text: string;
  run(client: Client): PromiseLike<unknown>;
}

const ids = ['a', 'b', 'c', 'story, "4"', 'it.s (5)'];
const id = fc.constantFrom(...ids);
const progress = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.constantFrom(-1, 101, 3_000_000_000, 1.5, 'x', '7', null),
);
const status = fc.constantFrom('generating', 'completed', 'Completed', 'null', '', 'a,b', 'it"s', null);
const flag = fc.constantFrom(true, false, null);
const timestamp = fc.constantFrom(
  '2026-01-02T03:04:05Z',
  '2026-01-02T03:04:05.12+02:00',
  '2025-01-01 00:00:00+00',
  null,
);
const columns = fc.constantFrom(
  '*',
  'id',
  'id, progress',
  'progress,status, is_public',
  'percent:progress, id',
  'id,nothing',
  '*, id',
  '',
);

const row = fc
  .record(
    {
      id: fc.oneof(id, fc.constantFrom(null, 7)),
      generation: fc.constantFrom(1, 2, 3, null),
      progress,
      status,
      is_public: flag,
      updated_at: timestamp,
      nothing: fc.constant(1),
    },
    { requiredKeys: ['id'], noNullPrototype: true },
  )
  .map(rarelyUnknown);
const change = fc.record(
  { generation: fc.constantFrom(1, 2, 3), progress, status, is_public: flag, id },
  { requiredKeys: [], noNullPrototype: true },
);

/** Keeps an unknown column only in some rows. */
function rarelyUnknown<T extends { nothing?: number; progress?: unknown }>(values: T): T {
  if (typeof values.progress === 'number' && values.progress % 7 !== 0) delete values.nothing;
  return values;
}

type Filter = (query: any) => any;
interface Described<T> {
  text: string;
  apply: T;
}

const described = <T>(text: string, apply: T): Described<T> => ({ text, apply });
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

const filters = someOf(leafOf([1, 2, 10, 50]));
/** Filters in addition to an `eq` on the id. */
const narrowing = filters.map((some) => some.filter(({ text }) => !/^\.(match|eq\(id)/.test(text)));
/** Filters, some with values that are not of their column's type. */
const anyFilters = someOf(leafOf([1, 2, 10, 50, 'x', '']));
const order = fc.constantFrom(
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
const window = fc.oneof(
  fc.constant(described('', (query: any) => query)),
  fc.nat(3).map((count) => described(`.limit(${count})`, (query: any) => query.limit(count))),
  fc
    .tuple(fc.nat(3), fc.nat(3))
    .map(([from, more]) =>
      described(`.range(${from}, ${from + more})`, (query: any) => query.range(from, from + more)),
    ),
);
const many = described('', (query: any) => query);
const shape = fc.constantFrom(
  many,
  many,
  described('.single()', (query: any) => query.single()),
  described('.maybeSingle()', (query: any) => query.maybeSingle()),
);
const returning = fc.option(
  columns.filter((names) => !names.includes(':')),
  { nil: undefined },
);

const applied = (query: any, steps: readonly Described<Filter>[]): any =>
  steps.reduce((built, { apply }) => apply(built), query);
const textOf = (steps: readonly Described<Filter>[]): string => steps.map(({ text }) => text).join('');

const selection = fc
  .tuple(columns, anyFilters, order, window, shape, fc.constantFrom(undefined, 'exact'), fc.boolean())
  .map(([names, filters, order, window, shape, counted, head]): Command => {
    // The status of a counted single row of a limited selection differs between REST layers.
    const count = window.text !== '' && shape !== many ? undefined : counted;
    const steps = [...filters, order, window, ...(head ? [] : [shape])];
    return {
      text: `select(${names}, ${count}${head ? ', head' : ''})${textOf(steps)}`,
      run: (client) =>
        applied(
          client.from('stories').select(names, { ...(count === undefined ? {} : { count: 'exact' }), head }),
          steps,
        ),
    };
  });

const after = fc.tuple(returning, shape);
const afterwards = (query: any, [names, shape]: readonly [string | undefined, Described<Filter>]): any =>
  names === undefined ? query : shape.apply(query.select(names));
const afterText = ([names, shape]: readonly [string | undefined, Described<Filter>]): string =>
  names === undefined ? '' : `.select(${names})${shape.text}`;

/** Several rows with the same fields. docs/SIMULATION.md describes the difference for rows with different fields. */
const rows = fc
  .array(row, { minLength: 1, maxLength: 3 })
  .map((rows) => rows.map((each) => ({ ...rows[0], ...pick(each, Object.keys(rows[0]!)) })));

function pick(values: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

const insertion = fc
  .oneof(fc.tuple(row, after), fc.tuple(rows, fc.tuple(returning, fc.constant(many))))
  .map(([rows, after]): Command => ({
    text: `insert(${JSON.stringify(rows)})${afterText(after)}`,
    run: (client) => afterwards(client.from('stories').insert(rows as any), after),
  }));

/** A counted change: the count is the number of rows that it changed. */
const counted = fc
  .tuple(row, id, narrowing, fc.constantFrom('insert', 'upsert', 'delete'), returning)
  .map(([row, id, filters, what, names]): Command => ({
    text: `${what} counted(${JSON.stringify(row)} or ${id}${textOf(filters)}, ${names})`,
    run(client) {
      const table = client.from('stories');
      const count = { count: 'exact' } as const;
      const query =
        what === 'delete'
          ? applied(table.delete(count).eq('id', id), filters)
          : what === 'insert'
            ? table.insert(row as any, count)
            : table.upsert(row as any, count);
      return afterwards(query, [names, many]);
    },
  }));

/** An insert in which missing fields get their defaults. */
const sparseInsertion = fc.array(row, { minLength: 2, maxLength: 3 }).map((rows): Command => ({
  text: `insert(${JSON.stringify(rows)}, defaults)`,
  run: (client) => client.from('stories').insert(rows as any, { defaultToNull: false }),
}));

const upsertion = fc
  .tuple(
    fc.oneof(fc.tuple(row, after), fc.tuple(rows, fc.tuple(returning, fc.constant(many)))),
    fc.boolean(),
    fc.constantFrom(undefined, 'id', 'progress'),
  )
  .filter(([[, [names]], , onConflict]) => onConflict !== 'progress' || names !== 'id,nothing')
  .map(([[rows, after], ignoreDuplicates, onConflict]): Command => ({
    text: `upsert(${JSON.stringify(rows)}, ignore ${ignoreDuplicates}, ${onConflict})${afterText(after)}`,
    run: (client) =>
      afterwards(
        client
          .from('stories')
          .upsert(rows as any, { ignoreDuplicates, ...(onConflict === undefined ? {} : { onConflict }) }),
        after,
      ),
  }));

const updating = fc
  .tuple(change, id, narrowing, fc.constantFrom(undefined, 'exact'), after)
  .map(([change, id, filters, count, after]): Command => ({
    text: `update(${JSON.stringify(change)}).eq(id, ${id})${textOf(filters)}${afterText(after)}`,
    run: (client) =>
      afterwards(
        applied(
          client
            .from('stories')
            .update(change, count === undefined ? {} : { count: 'exact' })
            .eq('id', id),
          filters,
        ),
        after,
      ),
  }));

const deletion = fc.tuple(id, narrowing, after).map(([id, filters, after]): Command => ({
  text: `delete().eq(id, ${id})${textOf(filters)}${afterText(after)}`,
  run: (client) => afterwards(applied(client.from('stories').delete().eq('id', id), filters), after),
}));

const call = fc
  .oneof(
    id.map((story) => described(`progress_of ${story}`, (client: Client) => client.rpc('progress_of', { story }))),
    id.map((story) =>
      described(`progress_of ${story} by GET`, (client: Client) => client.rpc('progress_of', { story }, { get: true })),
    ),
    progress.map((least) =>
      described(`stories_from ${least}`, (client: Client) =>
        client.rpc('stories_from', { minimum: least }).select('id, progress'),
      ),
    ),
    fc
      .tuple(id, fc.constantFrom(1, 5, 200, -3))
      .map(([story, step]) =>
        described(`advance ${story} by ${step}`, (client: Client) => client.rpc('advance', { story, step })),
      ),
    id.map((story) => described(`advance ${story}`, (client: Client) => client.rpc('advance', { story }))),
    id.map((story) => described(`forget ${story}`, (client: Client) => client.rpc('forget', { story }))),
    fc
      .constantFrom('P0001', 'PT409', '22023', '40001', '55000')
      .map((state) => described(`refuse ${state}`, (client: Client) => client.rpc('refuse', { state }))),
    fc
      .tuple(fc.constantFrom(-1, 0, 10, 50), filters, order, window, fc.boolean(), fc.boolean())
      .map(([minimum, filters, order, window, get, isCounted]) => {
        const steps = [...filters, order, window].filter(({ text }) => worksOnFunctions(text, get));
        return described(
          `stories_from ${minimum}${textOf(steps)}, get ${get}, counted ${isCounted}`,
          (client: Client) =>
            applied(client.rpc('stories_from', { minimum }, { get, ...(isCounted ? { count: 'exact' } : {}) }), steps),
        );
      }),
    id.map((story) =>
      described(`advance ${story}, single`, (client: Client) => client.rpc('advance', { story }).select('id').single()),
    ),
    fc.constant(described('advance without a story', (client: Client) => client.rpc('advance', { step: 1 }))),
    fc.constant(described('nothing', (client: Client) => client.rpc('nothing'))),
  )
  .map(({ text, apply }): Command => ({ text: `rpc(${text})`, run: apply }));

/** Excludes `or` in a GET, which one REST layer treats as an argument, and unknown columns, whose errors differ. */
function worksOnFunctions(text: string, get: boolean): boolean {
  return !text.includes('nothing') && !(get && text.startsWith('.or('));
}

const chapter = fc
  .tuple(fc.oneof(id, fc.constant('unknown')), fc.nat(2), fc.constantFrom('T', null))
  .map(([story_id, number, title]): Command => ({
    text: `insert into chapters(${story_id}, ${number}, ${title})`,
    run: (client) => client.from('chapters').insert({ story_id, number, title }).select(),
  }));

const elsewhere: fc.Arbitrary<Command> = fc.constantFrom(
  { text: 'select from nothing', run: (client: Client) => client.from('nothing').select() },
  {
    text: 'select from chapters',
    run: (client: Client) => client.from('chapters').select().order('story_id').order('number'),
  },
  {
    text: 'rename a story that has chapters',
    run: (client: Client) => client.from('stories').update({ id: 'd' }).eq('id', 'a'),
  },
  {
    text: 'another schema',
    run: (client: Client) =>
      client
        .schema('auth' as 'public')
        .from('users')
        .select(),
  },
);

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { arbitrary: insertion, weight: 3 },
    { arbitrary: selection, weight: 5 },
    { arbitrary: sparseInsertion, weight: 1 },
    { arbitrary: upsertion, weight: 2 },
    { arbitrary: updating, weight: 4 },
    { arbitrary: deletion, weight: 1 },
    { arbitrary: counted, weight: 1 },
    { arbitrary: call, weight: 2 },
    { arbitrary: chapter, weight: 1 },
    { arbitrary: elsewhere, weight: 1 },
  ),
  { minLength: 1, maxLength: 10 },
);
