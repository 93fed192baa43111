import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineTransaction } from './engine-transaction.ts';
import { openDatabase, type PgliteDatabase } from './pglite-database.ts';
import { OWNER } from './session-settings.ts';
import type { Statement } from './sql-text.ts';

const NOON_MS = Date.UTC(2026, 0, 1, 12);

const MIGRATION = `
create extension if not exists "uuid-ossp";
create table public.items (id integer primary key, word text not null default gen_random_uuid());
create sequence public.numbers;
create function public.draw() returns text language plpgsql as $$
begin
  return concat(uuidv7(), ' ', extensions.uuid_generate_v1(), ' ', random(), ' ', clock_timestamp());
end $$;
create function public.add(id integer) returns bigint language plpgsql as $$
begin
  insert into public.items (id) values (add.id);
  return nextval('public.numbers');
end $$;
create function public.hold() returns void language sql as $$ select pg_advisory_lock(7) $$;
`;

let database: PgliteDatabase;

beforeAll(async () => {
  database = await openDatabase({ migrations: [{ name: '1_items.sql', sql: MIGRATION }], tracked: undefined });
});
afterAll(() => database.engine.close());

/** Begins a run with random numbers of its own, and returns what its statements answer. */
function run(seed: number, ...texts: string[]): unknown[] {
  database.engine.reset(() => NOON_MS, randomFrom(seed));
  return texts.map((text) => answerTo({ text, values: [] }));
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

function answerTo(statement: Statement): unknown {
  const transaction = new EngineTransaction(database.engine, { settings: OWNER, isReadOnly: false });
  try {
    const [result] = transaction.run(statement);
    transaction.commit();
    return result?.rows;
  } catch (error) {
    transaction.rollback();
    return (error as Error).message;
  }
}

describe('an engine', () => {
  it('answers a run in the same way whatever earlier runs have used', () => {
    const statements = ['select draw()', 'select add(1)', 'select word from public.items', 'select draw()'];
    const first = run(7, ...statements);
    const again = run(7, ...statements);
    const other = run(8, ...statements);
    expect(again).toEqual(first);
    expect(other[0]).not.toEqual(first[0]);
    expect(run(7, ...statements)).toEqual(first);
  });

  it('leaves nothing of what a run has done', () => {
    const count = 'select count(*) from public.items';
    const locks = `select count(*) from pg_locks where locktype = 'advisory'`;
    const empty = [[['0']], [['0']], [['1']]];
    expect(run(1, count, locks, `select nextval('public.numbers')`)).toEqual(empty);
    run(2, 'select add(1)', 'select hold()', 'create table public.others ()', 'select broken', `set role anon`);
    run(2, 'select add(1)', 'select hold()');
    expect(run(1, count, locks, `select nextval('public.numbers')`)).toEqual(empty);
    expect(run(1, `select to_regclass('public.others'), current_user`)).toEqual([[[null, 'postgres']]]);
  });

  it('rolls back what its caller gives up', () => {
    run(1);
    const transaction = new EngineTransaction(database.engine, { settings: OWNER, isReadOnly: false });
    transaction.run({ text: 'select add(1)', values: [] });
    transaction.rollback();
    expect(answerTo({ text: 'select count(*) from public.items', values: [] })).toEqual([['0']]);
  });

  it('reports an error of a statement, and answers the next one', () => {
    expect(run(1, 'select 1 / 0', 'select 2', 'select missing', 'select 3')).toEqual([
      'division by zero',
      [['2']],
      'column "missing" does not exist',
      [['3']],
    ]);
  });
});
