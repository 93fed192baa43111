/** Tells which stub extensions the migrations have created. */
import type { Sql } from 'postgres';
import { STUB_EXTENSIONS } from './supabase-sql.ts';

/** Every project has the extension of the vault, so it is told only once a secret is stored. */
const CREATED = `
  select extname as name from pg_extension
  where obj_description(oid, 'pg_extension') like 'stub of %' and extname <> 'supabase_vault'
  union all
  select 'supabase_vault' where exists (select from vault.secrets)
    and exists (select from pg_extension where obj_description(oid, 'pg_extension') = 'stub of supabase_vault')`;

export async function stubNotes(owner: Sql<{}>): Promise<string[]> {
  const [vault] = await owner.unsafe(`select from pg_tables where schemaname = 'vault' and tablename = 'secrets'`);
  if (vault === undefined) return [];
  const created = new Set((await owner.unsafe(CREATED)).map((row) => String(row['name'])));
  return STUB_EXTENSIONS.filter(({ name }) => created.has(name)).map(
    ({ name, difference }) => `the extension ${name} is a stub: ${difference}`,
  );
}
