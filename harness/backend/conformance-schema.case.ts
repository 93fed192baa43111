/** The database of the conformance suite, as migrations and as a model. */
import type { DatabaseModel, Row } from '../port/model.ts';
import type { TrackedTable } from '../port/backend.ts';

export const CONFORMANCE_SQL = `
create table public.stories (
  id text primary key,
  generation integer not null default 1,
  progress integer not null default 0 check (progress between 0 and 100),
  status text,
  is_public boolean,
  updated_at timestamptz not null default now()
);
create table public.chapters (
  story_id text not null references public.stories (id) on delete cascade,
  number integer not null,
  title text not null,
  primary key (story_id, number)
);
create function public.progress_of(story text) returns integer language sql stable
  as $$ select progress from public.stories where id = story $$;
create function public.stories_from(minimum integer) returns setof public.stories language sql stable
  as $$ select * from public.stories where progress >= minimum order by id $$;
create function public.advance(story text, step integer default 1) returns public.stories language sql
  as $$ update public.stories set progress = progress + step where id = story returning * $$;
create function public.forget(story text) returns void language sql
  as $$ delete from public.stories where id = story $$;
create function public.refuse(state text) returns integer language plpgsql
  as $$ begin raise exception 'No more' using errcode = state, hint = 'Stop', detail = 'Here'; end $$;
create function public.position() returns table (is_replica boolean, replayed text) language sql volatile
  as $$ select pg_is_in_recovery(), pg_last_wal_replay_lsn()::text $$;
create function public.current_lsn() returns text language sql volatile as $$ select pg_current_wal_lsn()::text $$;
create function public.advance_early(story text) returns text language plpgsql as $$
begin
  update public.stories set progress = progress + 1 where id = story;
  return pg_current_wal_lsn()::text;
end $$;
create table public.drafts (id integer primary key, body text);
alter table public.drafts enable row level security;
create table public.news (id integer primary key, body text);
alter table public.news enable row level security;
create policy "News are public" on public.news for select using (true);
create function public.never_back() returns trigger language plpgsql as $$
begin
  if new.generation < old.generation then return null; end if;
  new.status = coalesce(new.status, old.status);
  return new;
end $$;
create trigger never_back before update on public.stories for each row execute function public.never_back();
`;

const withId = (id: unknown) => (row: Row) => row['id'] === id;

export const CONFORMANCE_MODEL: DatabaseModel = {
  tables: {
    stories: {
      columns: {
        id: { type: 'text' },
        generation: { type: 'integer', notNull: true, default: 1 },
        progress: { type: 'integer', notNull: true, default: 0 },
        status: { type: 'text' },
        is_public: { type: 'boolean' },
        updated_at: { type: 'timestamptz', notNull: true, default: 'now()' },
      },
      primaryKey: ['id'],
      checks: {
        stories_progress_check: ({ progress }) =>
          progress === null ? null : Number(progress) >= 0 && Number(progress) <= 100,
      },
      beforeUpdate: (old, next) =>
        Number(next['generation']) < Number(old['generation'])
          ? null
          : { ...next, status: next['status'] ?? old['status'] ?? null },
    },
    chapters: {
      columns: {
        story_id: { type: 'text', notNull: true },
        number: { type: 'integer', notNull: true },
        title: { type: 'text', notNull: true },
      },
      primaryKey: ['story_id', 'number'],
      references: { chapters_story_id_fkey: { columns: ['story_id'], table: 'stories', onDelete: 'cascade' } },
    },
    drafts: { columns: { id: { type: 'integer' }, body: { type: 'text' } }, primaryKey: ['id'], policies: [] },
    news: { columns: { id: { type: 'integer' }, body: { type: 'text' } }, primaryKey: ['id'], policies: ['select'] },
  },
  functions: {
    progress_of: {
      parameters: { story: 'text' },
      returns: 'integer',
      volatility: 'stable',
      run: (db, { story }) => db.select('stories', withId(story))[0]?.['progress'] ?? null,
    },
    stories_from: {
      parameters: { minimum: 'integer' },
      returns: { rows: 'stories' },
      volatility: 'stable',
      run: (db, { minimum }) =>
        db
          .select('stories', (row) => minimum !== null && Number(row['progress']) >= Number(minimum))
          .toSorted((a, b) => (a['id']! < b['id']! ? -1 : 1)),
    },
    advance: {
      parameters: { story: 'text', step: 'integer' },
      optional: ['step'],
      returns: { row: 'stories' },
      run(db, { story, step = 1 }) {
        const [row] = db.select('stories', withId(story));
        if (row === undefined) return null;
        const progress = step === null ? null : Number(row['progress']) + Number(step);
        return db.update('stories', { progress }, withId(story))[0] ?? null;
      },
    },
    forget: {
      parameters: { story: 'text' },
      returns: 'void',
      run: (db, { story }) => void db.delete('stories', withId(story)),
    },
    position: {
      parameters: {},
      returns: { columns: { is_replica: 'boolean', replayed: 'text' } },
      run: (db) => [{ is_replica: db.isInRecovery(), replayed: db.lastWalReplayLsn() }],
    },
    current_lsn: { parameters: {}, returns: 'text', run: (db) => db.currentWalLsn() },
    advance_early: {
      parameters: { story: 'text' },
      returns: 'text',
      run(db, { story }) {
        const [row] = db.select('stories', withId(story));
        db.update('stories', { progress: Number(row?.['progress']) + 1 }, withId(story));
        return db.currentWalLsn();
      },
    },
    refuse: {
      parameters: { state: 'text' },
      returns: 'integer',
      run: (db, { state }) => db.raise(String(state), 'No more', { detail: 'Here', hint: 'Stop' }),
    },
  },
};

export const CONFORMANCE_TABLE: TrackedTable = {
  table: 'stories',
  key: 'id',
  generation: 'generation',
  progress: 'progress',
  status: 'status',
};
