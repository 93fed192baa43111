/** The roles of a Supabase project, its default privileges, and the schema `extensions`. */
export const ROLES_SQL = `
create role anon nologin noinherit;

create role authenticated nologin noinherit;

create role service_role nologin noinherit bypassrls;

create role authenticator login noinherit;

create role supabase_admin superuser createdb createrole replication bypassrls;

create role supabase_auth_admin noinherit createrole;

create role supabase_storage_admin noinherit createrole;

create role supabase_realtime_admin nologin noinherit;

create role supabase_functions_admin noinherit createrole;

create role supabase_replication_admin replication;

create role supabase_read_only_user bypassrls;

create role dashboard_user createrole createdb replication;

create role pgbouncer;

grant anon, authenticated, service_role to authenticator, postgres;

create schema extensions;

create extension "uuid-ossp" schema extensions;

create extension pgcrypto schema extensions;

grant usage on schema public, extensions to postgres, anon, authenticated, service_role;

alter default privileges in schema public grant all on tables to postgres, anon, authenticated, service_role;

alter default privileges in schema public grant all on functions to postgres, anon, authenticated, service_role;

alter default privileges in schema public grant all on sequences to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public grant all on tables to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public grant all on functions to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public grant all on sequences to postgres, anon, authenticated, service_role;
`;
