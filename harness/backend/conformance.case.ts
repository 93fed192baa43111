/** Shared by the suites that run over every backend. */
import { askNode } from './ask-node.test-support.ts';
import { createClient } from '@supabase/supabase-js';
import { realClock } from '../clock.ts';
import type { ClusterOptions, DatabaseNode } from '../port/backend.ts';
import { CONFORMANCE_MODEL, CONFORMANCE_SQL, CONFORMANCE_TABLE } from './conformance-schema.case.ts';

/** A real supabase-js client whose requests go to one database. `token` is that of a user who is signed in. */
export function clientOf(node: DatabaseNode, key: string, token?: string) {
  const fetch: typeof globalThis.fetch = (input, init) => askNode(node, new Request(input, init));
  return createClient('http://localhost', key, {
    global: { fetch, ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }) },
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** Also starts a virtual backend in real time: it takes its time only from the clock that it is given. */
export function conformanceOptions(replicas: number): ClusterOptions {
  return {
    replicas,
    migrations: [{ name: 'conformance.sql', sql: CONFORMANCE_SQL }],
    simulation: {
      model: CONFORMANCE_MODEL,
      clock: realClock(),
      epochMs: Math.floor(Date.now() / 1e3) * 1e3,
      random: Math.random,
    },
    tracked: CONFORMANCE_TABLE,
    onProgress: () => undefined,
    onCommit: () => undefined,
    onDeath: () => undefined,
  };
}
