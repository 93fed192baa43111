/**
 * The initial contents of a Supabase project's database, before its first migration: roles, default privileges,
 * the schemas `auth` and `extensions`, and the publication `supabase_realtime`. Each statement ends with an empty
 * line, as single-user mode requires.
 */
export const SUPABASE_SQL = `
create role anon nologin noinherit;

create role authenticated nologin noinherit;

create role service_role nologin noinherit bypassrls;

create role authenticator login noinherit;

create role supabase_admin superuser createdb createrole replication bypassrls;

create role supabase_auth_admin noinherit createrole;

create role supabase_storage_admin noinherit createrole;

create role dashboard_user createrole createdb replication;

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

create schema auth authorization supabase_auth_admin;

grant usage on schema auth to anon, authenticated, service_role, postgres;

create table auth.users (
  id uuid primary key default gen_random_uuid(),
  aud varchar(255),
  role varchar(255),
  email varchar(255) unique,
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_anonymous boolean not null default false,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

create function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

create publication supabase_realtime;

alter database postgres set search_path = "$user", public, extensions;
`;
