/**
 * What a Supabase project's database contains before its first migration. Data only: it is used by every backend that
 * has PostgreSQL, in whatever form.
 */
import { AUTH_SQL } from './surroundings/auth-sql.ts';
import { CRON_STUB } from './surroundings/cron-stub.ts';
import { FUNCTIONS_SQL } from './surroundings/functions-sql.ts';
import { HTTP_STUB } from './surroundings/http-stub.ts';
import { NET_STUB } from './surroundings/net-stub.ts';
import { OTHER_STUBS } from './surroundings/other-stubs.ts';
import { REALTIME_SQL } from './surroundings/realtime-sql.ts';
import { ROLES_SQL } from './surroundings/roles-sql.ts';
import { STORAGE_SQL } from './surroundings/storage-sql.ts';
import type { StubExtension } from './surroundings/stub-extension.ts';
import { VAULT_STUB } from './surroundings/vault-stub.ts';
import { VECTOR_STUB } from './surroundings/vector-stub.ts';

/**
 * Extensions that Supabase has and PostgreSQL's own distribution lacks. A server that lacks them too must find their
 * control files and scripts among its extensions before it runs `SUPABASE_SQL`.
 */
export const STUB_EXTENSIONS: readonly StubExtension[] = [
  CRON_STUB,
  HTTP_STUB,
  NET_STUB,
  VAULT_STUB,
  VECTOR_STUB,
  ...OTHER_STUBS,
];

/**
 * A server in single-user mode numbers objects as those of the system, below 16384, and changes of such a table are never
 * decoded for a publication. Source: PostgreSQL, `GetNewObjectId` and `is_publishable_class`.
 */
const NUMBERS_OF_USERS = `
do $$ begin
  while pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')::int8 < 16384 loop end loop;
end $$;
`;

/** The extensions of `STUB_EXTENSIONS` that every project has from its beginning. */
const VAULT_SQL = `
create extension supabase_vault;
`;

/** For the database `postgres`, as its superuser. Each statement ends with an empty line, as single-user mode requires. */
export const SUPABASE_SQL = [
  NUMBERS_OF_USERS,
  ROLES_SQL,
  AUTH_SQL,
  STORAGE_SQL,
  REALTIME_SQL,
  FUNCTIONS_SQL,
  VAULT_SQL,
  'alter database postgres set search_path = "$user", public, extensions;\n',
].join('\n');
