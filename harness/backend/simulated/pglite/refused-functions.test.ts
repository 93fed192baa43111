import { expect, it } from 'vitest';
import { EnvironmentError } from '../../../errors.ts';
import { realClock } from '../../../clock.ts';
import { clientOf } from '../../conformance.case.ts';
import { simulatedBackend } from '../simulated.ts';

const SQL = `
create function public.nap() returns text language sql as $$ select pg_sleep_for('1 minute'); select 'rested' $$;
create function public.nap_quietly() returns text language plpgsql as $$
begin
  perform pg_sleep(60);
  return 'rested';
exception when others then
  return 'woken';
end $$;`;

it.each(['nap', 'nap_quietly'])('a function that sleeps ends the run with an error that names it: %s', async (name) => {
  const failures: Error[] = [];
  const migrations = [{ name: 'nap.sql', sql: SQL }];
  const database = await simulatedBackend.prepare!({ migrations, tracked: undefined });
  const cluster = await simulatedBackend.start({
    replicas: 0,
    migrations: [],
    simulation: { model: undefined, database, clock: realClock(), epochMs: Date.UTC(2026, 0, 1), random: () => 0.5 },
    tracked: undefined,
    onProgress: () => undefined,
    onCommit: () => undefined,
    onDeath: (reason) => failures.push(reason),
  });
  await clientOf(cluster.primary, cluster.secretKey).rpc(name).retry(false);
  expect(failures[0]).toBeInstanceOf(EnvironmentError);
  expect(failures[0]!.message).toContain('pg_sleep');
});
