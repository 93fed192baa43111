import { raising, type StubExtension } from './stub-extension.ts';

const REQUEST = `insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)`;

export const NET_STUB: StubExtension = {
  name: 'pg_net',
  version: '0.19.5',
  difference: 'requests are recorded in net.http_request_queue and never sent',
  sql: `
create schema net;

create domain net.http_method as text check (value in ('GET', 'POST', 'DELETE'));

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds integer not null
);

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);

grant usage on schema net to postgres, anon, authenticated, service_role;

create function net._urlencode(string text) returns text language sql immutable set search_path = '' as $$
  select string_agg(
    case when sign ~ '[A-Za-z0-9_.~-]' then sign
    else regexp_replace(upper(encode(convert_to(sign, 'UTF8'), 'hex')), '(..)', '%\\1', 'g') end, '' order by place)
  from regexp_split_to_table(string, '') with ordinality as signs (sign, place)
$$;

create function net._url(url text, params jsonb) returns text language sql immutable set search_path = '' as $$
  select url || coalesce(
    (select (case when url like '%?%' then '&' else '?' end)
       || string_agg(net._urlencode(key) || '=' || coalesce(net._urlencode(value), ''), '&')
     from jsonb_each_text(params)), '')
$$;

create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
) returns bigint language sql security definer set search_path = '' as $$
  ${REQUEST}
  values ('GET', net._url(http_get.url, params), http_get.headers, null, http_get.timeout_milliseconds) returning id
$$;

create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000
) returns bigint language sql security definer set search_path = '' as $$
  ${REQUEST}
  values ('POST', net._url(http_post.url, params), http_post.headers, convert_to(http_post.body::text, 'UTF8'),
    http_post.timeout_milliseconds) returning id
$$;

create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000,
  body jsonb default null
) returns bigint language sql security definer set search_path = '' as $$
  ${REQUEST}
  values ('DELETE', net._url(http_delete.url, params), http_delete.headers, convert_to(http_delete.body::text, 'UTF8'),
    http_delete.timeout_milliseconds) returning id
$$;

${raising('pg_net', 'net.http_collect_response(request_id bigint, async boolean default true) returns jsonb')}`,
};
