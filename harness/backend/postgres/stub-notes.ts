/** Tells which stub extensions the migrations have created. */
import type { Sql } from 'postgres';
import { STUB_EXTENSIONS } from './supabase-sql.ts';

/** Every project has the extension of the vault, so it is told only once a secret is stored. */
export const CREATED_STUBS = `
  select extname as name from pg_extension
  where obj_description(oid, 'pg_extension') like 'stub of %' and extname <> 'supabase_vault'
  union all
  select 'supabase_vault' where exists (select from vault.secrets)
    and exists (select from pg_extension where obj_description(oid, 'pg_extension') = 'stub of supabase_vault')`;

/** Selects a row if `CREATED_STUBS` can be asked. */
export const HAS_VAULT = `select 1 from pg_tables where schemaname = 'vault' and tablename = 'secrets'`;

export async function stubNotes(owner: Sql<{}>): Promise<string[]> {
  if ((await owner.unsafe(HAS_VAULT)).length === 0) return [];
  return notesOf((await owner.unsafe(CREATED_STUBS)).map((row) => String(row['name'])));
}

/** @param created the names that `CREATED_STUBS` selects */
export function notesOf(created: readonly string[]): string[] {
  return STUB_EXTENSIONS.filter(({ name }) => created.includes(name)).map(
    ({ name, difference }) => `the extension ${name} is a stub: ${difference}`,
  );
}
