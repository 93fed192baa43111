/**
 * The lower bound for a simulation of one reference run: supabase-js alone, and the application with it, each with a
 * fetch that does nothing.
 */
import { createClient } from '@supabase/supabase-js';
import type { Subject } from '../harness/port/subject.ts';

/** The number of calls in a reference run. */
export interface Calls {
  reads: number;
  writes: number;
  functions: number;
}

const ROW = {
  id: 'story-1',
  generation: 1,
  generation_progress: 10,
  generation_status: 'generating',
  updated_at: 'now',
};
const COLUMNS = 'id, generation, generation_progress, generation_status, updated_at';

/** The minimal response that supabase-js accepts. */
const ANSWER = {
  ok: true,
  status: 200,
  statusText: 'OK',
  headers: new Headers(),
  text: async () => JSON.stringify(ROW),
} as Response;

const fetch = async (): Promise<Response> => ANSWER;

export async function makeCalls({ reads, writes, functions }: Calls): Promise<void> {
  const options = { auth: { persistSession: false, autoRefreshToken: false }, global: { fetch } };
  const client = createClient('http://supabase.invalid', 'sb_secret_simulated', options);
  for (let i = 0; i < reads; i++) await client.from('stories').select(COLUMNS).eq('id', 'story-1').single();
  for (let i = 0; i < writes; i++) await client.from('stories').update(ROW).eq('id', 'story-1');
  for (let i = 0; i < functions; i++) await client.rpc('start_generation', { story_id: 'story-1' });
}

/** The work of the application in one reference run. */
export interface ApplicationWork {
  polls: number;
  generations: number;
  steps: readonly number[];
}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Runs the application alone, under the virtual globals; `serve` installs the handler of its requests. */
export async function runApplication(
  subject: Subject,
  { polls, generations, steps }: ApplicationWork,
  serve: (fetch: typeof globalThis.fetch) => void,
): Promise<void> {
  let row = JSON.stringify(ROW);
  serve(async (input, init) => {
    if (String(input).includes('/rpc/')) return new Response('1', { headers: JSON_HEADERS });
    // A verifying read must find what was written.
    if (init?.method === 'PATCH') row = JSON.stringify({ ...ROW, ...(JSON.parse(String(init.body)) as object) });
    return new Response(row, { headers: JSON_HEADERS });
  });
  const keys = { publishableKey: 'sb_publishable_simulated', secretKey: 'sb_secret_simulated' };
  const instance = await subject.createInstance({ supabaseUrl: 'http://supabase.invalid', ...keys });
  const job = {
    story: 'story-1',
    steps: [...steps],
    outcome: 'completed' as const,
    started: () => undefined,
    ended: async () => undefined,
  };
  for (let i = 0; i < generations; i++) await instance.generate({ ...job, work: async () => undefined });
  for (let i = 0; i < polls; i++) {
    const response = await instance.status(new Request('http://app.invalid/api/stories/story-1/status'), 'story-1');
    JSON.parse(await response.text());
  }
  await instance.close?.();
}
