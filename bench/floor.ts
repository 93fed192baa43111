/** supabase-js alone: the calls of one reference run, one after the other, against a fetch that does nothing. */
import { createClient } from '@supabase/supabase-js';

/** As the gateway counts them in a reference run. */
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

/** The least that supabase-js takes for an answer. */
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
