/** Shared by the tests that need databases: a cluster with a table of stories. */
import { createClient } from '@supabase/supabase-js';
import type { ClusterOptions, Commit, DatabaseNode, TrackedTable } from '../../port/backend.ts';
import { askNode } from '../ask-node.test-support.ts';
import type { ServerBackend, ServerCluster } from './postgres-cluster.ts';

export const STORIES_SQL = `
create table public.stories (
  id text primary key,
  generation integer not null default 1,
  progress integer not null default 0 check (progress between 0 and 100),
  status text,
  updated_at timestamptz not null default now()
);
create table public.chapters (
  story_id text not null references public.stories (id),
  number integer not null,
  title text not null,
  primary key (story_id, number)
);
create function public.progress_of(story text) returns integer language sql stable
  as $$ select progress from public.stories where id = story $$;
create function public.advance(story text, step integer default 1) returns public.stories language sql
  as $$ update public.stories set progress = progress + step where id = story returning * $$;
create function public.pause_state() returns text security definer language sql
  as $$ select pg_get_wal_replay_pause_state() $$;
create table public.drafts (id integer primary key, body text);
alter table public.drafts enable row level security;
`;

export const TRACKED: TrackedTable = {
  table: 'stories',
  key: 'id',
  generation: 'generation',
  progress: 'progress',
  status: 'status',
};

export interface StoriesCluster {
  cluster: ServerCluster;
  commits: Commit[];
  deaths: Error[];
}

/** Starts a cluster of the backend under test. */
export type StartStories = (replicas: number, more?: Partial<ClusterOptions>) => Promise<StoriesCluster>;

export const storiesOn =
  (backend: ServerBackend): StartStories =>
  async (replicas, more = {}) => {
    const commits: Commit[] = [];
    const deaths: Error[] = [];
    const cluster = await backend.start({
      replicas,
      migrations: [{ name: 'stories.sql', sql: STORIES_SQL }],
      tracked: TRACKED,
      onProgress: () => {},
      onCommit: (commit) => commits.push(commit),
      onDeath: (reason) => deaths.push(reason),
      ...more,
    });
    return { cluster, commits, deaths };
  };

export type StoriesClient = ReturnType<typeof clientOf>;

/** A real supabase-js client whose requests go to one database. */
export function clientOf(node: DatabaseNode, key: string) {
  const fetch: typeof globalThis.fetch = (input, init) => askNode(node, new Request(input, init));
  return createClient('http://localhost', key, { global: { fetch }, auth: { persistSession: false } });
}

/** The progress of a story that a replica currently shows. */
export async function shownProgress(client: StoriesClient, id: string): Promise<number | undefined> {
  const { data, error } = await client.from('stories').select('progress').eq('id', id).maybeSingle();
  if (error) throw new Error(error.message);
  return data?.['progress'] as number | undefined;
}

/** Resolves as soon as `holds` returns true. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
