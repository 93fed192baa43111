import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe } from 'vitest';
import { takeSettings, type Settings } from '../backend/remote/remote-settings.ts';
import { Terminal } from '../up/up.test-support.ts';
import { describeRealtime } from './realtime.case.ts';
import { really } from './realtime-environment.case.ts';
import { describeRealtimeOfPostgres } from './realtime-of-postgres.case.ts';
import { PUBLISHED_KEYS, TARGET_SQL } from './realtime-schema.case.ts';

const isGiven = 'RATCHET_REMOTE_URL' in process.env;
const settings = isGiven ? checked(takeSettings(process.env)) : await ownTarget();
// It takes the settings from the environment, too.
const { remoteFrom } = await import('../backend/remote/remote.ts');

describe(`Realtime of ${isGiven ? 'the target at RATCHET_REMOTE_URL' : 'an environment that is up'}, at the gateway of a run`, () => {
  beforeAll(async () => {
    const service = createClient(settings.url, settings.secretKey, { auth: { persistSession: false } });
    const tables = Object.entries({ ...PUBLISHED_KEYS, cells: 'id' });
    for (const [table] of tables) {
      const { data, error } = await service.from(table).select().limit(1);
      if (error !== null) throw new Error(`the target has no table ${table}: ${error.message}`);
      if (data.length > 0) throw new Error(`the table ${table} of the target has rows, which the suite would delete`);
    }
    return async () => {
      for (const [table, column] of tables) await service.from(table).delete().not(column, 'is', null);
    };
  });
  const run = really(remoteFrom(settings));
  describeRealtime(() => run);
  describeRealtimeOfPostgres(() => run);
});

/** An environment with the tables of the suite. */
async function ownTarget(): Promise<Settings> {
  const terminal = new Terminal();
  const sql = join(terminal.tmp, 'target.sql');
  writeFileSync(sql, TARGET_SQL);
  const up = await terminal.up('--migrations', sql, '--replicas', '0');
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
    terminal.close();
  });
  const { PRIMARY_API_URL, PUBLISHABLE_KEY, SECRET_KEY, DB_URL, JWT_SECRET } = up.variables;
  return checked(
    takeSettings({
      RATCHET_REMOTE_URL: PRIMARY_API_URL,
      RATCHET_REMOTE_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
      RATCHET_REMOTE_SECRET_KEY: SECRET_KEY,
      RATCHET_REMOTE_DATABASE_URL: DB_URL,
      RATCHET_REMOTE_JWT_SECRET: JWT_SECRET,
    }),
  );
}

function checked(taken: ReturnType<typeof takeSettings>): Settings {
  if (taken instanceof Error) throw taken;
  return taken;
}
