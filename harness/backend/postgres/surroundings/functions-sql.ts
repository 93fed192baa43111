/**
 * The schemas `supabase_functions`, in which a database webhook is recorded and not sent, and `graphql_public`, whose
 * only function raises an error. A dump creates the extension pg_graphql in the schema `graphql`, which must exist.
 */
export const FUNCTIONS_SQL = `
create schema supabase_functions authorization supabase_admin;

grant usage on schema supabase_functions to anon, authenticated, service_role, postgres;

create table supabase_functions.hooks (
  id bigserial primary key,
  hook_table_id integer not null,
  hook_name text not null,
  created_at timestamptz not null default now(),
  request_id bigint
);

create function supabase_functions.http_request() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  request_id bigint;
begin
  if to_regclass('net.http_request_queue') is not null then
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
      upper(tg_argv[1]), tg_argv[0], coalesce(nullif(tg_argv[2], 'null'), '{}')::jsonb,
      convert_to(jsonb_build_object(
        'type', tg_op, 'table', tg_table_name, 'schema', tg_table_schema,
        'record', case when tg_op <> 'DELETE' then to_jsonb(new) end,
        'old_record', case when tg_op <> 'INSERT' then to_jsonb(old) end
      )::text, 'UTF8'),
      coalesce(nullif(tg_argv[4], 'null'), '1000')::integer
    )
    returning id into request_id;
  end if;
  insert into supabase_functions.hooks (hook_table_id, hook_name, request_id) values (tg_relid, tg_name, request_id);
  return coalesce(new, old);
end
$$;

create schema graphql;

create schema graphql_public;

grant usage on schema graphql_public to anon, authenticated, service_role, postgres;

create function graphql_public.graphql(
  "operationName" text default null, query text default null, variables jsonb default null, extensions jsonb default null
) returns jsonb language plpgsql as $$
begin
  raise exception 'pg_graphql is not available in this database' using errcode = '0A000';
end
$$;
`;
