/** Random requests through supabase-js. */
import fc from 'fast-check';
import type { clientOf } from './conformance.case.ts';
import {
  id,
  progress,
  status,
  flag,
  timestamp,
  described,
  narrowing,
  filters,
  anyFilters,
  order,
  window,
  applied,
  textOf,
  type Described,
  type Filter,
} from './differential-filters.case.ts';

export type Client = ReturnType<typeof clientOf>;

/** One request, and its description for a failure message. */
export interface Command {
  text: string;
  run(client: Client): PromiseLike<unknown>;
}

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
