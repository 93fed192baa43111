/** The published tables of the suites of Realtime, as a migration and as a model, beside those of the conformance suite. */
import { CONFORMANCE_MODEL, CONFORMANCE_SQL } from '../backend/conformance-schema.case.ts';
import { TEST_TARGET_TABLE } from '../port/test-target.ts';
import type { DatabaseModel, Row, Scalar, TableModel } from '../port/model.ts';

const published = ({ ...table }: TableModel): TableModel => ({ ...table, isPublished: true });

const { stories, drafts, news } = CONFORMANCE_MODEL.tables as Record<'stories' | 'drafts' | 'news', TableModel>;

/** One statement of a transaction: `put` inserts the row, or updates the one with its key. */
export type TableChange =
  | { op: 'put' | 'delete'; table: string; row: Row }
  /** Gives a row another key, if there is a row with the old one and none with the new one. */
  | { op: 'move'; table: string; row: Row; to: Row }
  /** Rolls the transaction back. */
  | { op: 'fail' };

export const PUBLISHED_SQL = `
create table public.notes (id integer primary key, owner text, is_shown boolean, score numeric);
alter table public.notes enable row level security;
create policy "shown or own" on public.notes for select using (is_shown or owner = auth.jwt() ->> 'sub');
create table public.marks (story_id text, number integer, label text, primary key (number, story_id));
alter publication supabase_realtime add table public.stories, public.drafts, public.news, public.notes, public.marks;
create table public.cells (id integer primary key, label text, size integer);
alter table public.cells replica identity full;
alter publication supabase_realtime add table public.cells;
create function public.say(word text, topic text) returns void language sql as $$
  select realtime.send(jsonb_build_object('word', word), 'said', topic) $$;
create function public.matches(target text) returns text language sql as $$
  select string_agg(format('t.%1$I = r.%1$I', attname), ' and ') from pg_index
  join pg_attribute on attrelid = indrelid and attnum = any (indkey)
  where indrelid = ('public.' || target)::regclass and indisprimary $$;
create function public.has_row(target text, named jsonb) returns boolean language plpgsql as $$
declare has boolean;
begin
  execute format(
    'select exists (select from public.%1$I t, jsonb_populate_record(null::public.%1$I, $1) r where %2$s)',
    target, public.matches(target)) into has using named;
  return has;
end $$;
create function public.apply_changes(changes text) returns void language plpgsql as $$
declare
  change jsonb;
  target text;
  written jsonb;
  assignments text;
begin
  for change in select value from jsonb_array_elements(changes::jsonb) loop
    target := change ->> 'table';
    written := coalesce(change -> 'to', change -> 'row');
    select string_agg(format('%1$I = n.%1$I', key), ', ') into assignments from jsonb_object_keys(written) key;
    if change ->> 'op' = 'fail' then
      raise exception 'rolled back';
    elsif change ->> 'op' = 'delete' then
      execute format('delete from public.%1$I t using jsonb_populate_record(null::public.%1$I, $1) r where %2$s',
        target, public.matches(target)) using change -> 'row';
    elsif public.has_row(target, change -> 'row') then
      continue when change ? 'to' and public.has_row(target, change -> 'to');
      execute format(
        'update public.%1$I t set %2$s from jsonb_populate_record(null::public.%1$I, $1) r, jsonb_populate_record(null::public.%1$I, $2) n where %3$s',
        target, assignments, public.matches(target)) using change -> 'row', written;
    elsif change ->> 'op' = 'put' then
      execute format('insert into public.%1$I select * from jsonb_populate_record(null::public.%1$I, $1)', target)
        using change -> 'row';
    end if;
  end loop;
end $$;
`;

/** A column of the key of each published table. */
export const PUBLISHED_KEYS = { stories: 'id', drafts: 'id', news: 'id', notes: 'id', marks: 'number' } as const;

/** What the suite needs of a project that is already running, which is then marked as a test target. */
export const TARGET_SQL = `${CONFORMANCE_SQL}${PUBLISHED_SQL}
create table public.${TEST_TARGET_TABLE} ();
grant select on public.${TEST_TARGET_TABLE}, public.stories, public.chapters, public.drafts, public.news, public.notes,
  public.marks, public.cells to anon, authenticated;
grant all on public.${TEST_TARGET_TABLE}, public.stories, public.chapters, public.drafts, public.news, public.notes,
  public.marks, public.cells to service_role;
create policy "users hear" on realtime.messages for select to authenticated using (true);
`;

export const PUBLISHED_MODEL: DatabaseModel = {
  tables: {
    ...CONFORMANCE_MODEL.tables,
    stories: published(stories),
    drafts: published(drafts),
    news: published(news),
    notes: {
      columns: {
        id: { type: 'integer' },
        owner: { type: 'text' },
        is_shown: { type: 'boolean' },
        score: { type: 'numeric' },
      },
      primaryKey: ['id'],
      isPublished: true,
      policies: { select: (row, claims) => row['is_shown'] === true || row['owner'] === claims['sub'] },
    },
    marks: {
      columns: {
        story_id: { type: 'text', notNull: true },
        number: { type: 'integer', notNull: true },
        label: { type: 'text' },
      },
      primaryKey: ['number', 'story_id'],
      isPublished: true,
    },
  },
  functions: {
    ...CONFORMANCE_MODEL.functions,
    apply_changes: {
      parameters: { changes: 'text' },
      returns: 'void',
      run(db, { changes }) {
        for (const change of JSON.parse(String(changes)) as TableChange[]) {
          if (change.op === 'fail') return db.raise('P0001', 'rolled back');
          const { op, table, row } = change;
          const at = (wanted: Row): ((each: Row) => boolean) => {
            const key = PUBLISHED_MODEL.tables[table]!.primaryKey;
            return (each) => key.every((column) => each[column] === wanted[column]);
          };
          const has = (wanted: Row): boolean => db.select(table, at(wanted)).length > 0;
          const values: Readonly<Record<string, Scalar>> = row;
          if (op === 'delete') db.delete(table, at(row));
          else if (change.op === 'move') {
            if (has(row) && !has(change.to)) db.update(table, change.to, at(row));
          } else if (has(row)) db.update(table, values, at(row));
          else db.insert(table, values);
        }
      },
    },
  },
};
