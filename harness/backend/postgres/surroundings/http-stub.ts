import { raising, type StubExtension } from './stub-extension.ts';

const WITH_BODY = ['http_post', 'http_put', 'http_patch'];

export const HTTP_STUB: StubExtension = {
  name: 'http',
  version: '1.6',
  difference: 'every request raises an error',
  sql: `
create domain http_method as text;

create type http_header as (field varchar, value varchar);

create type http_request as (
  method http_method, uri varchar, headers http_header[], content_type varchar, content varchar
);

create type http_response as (status integer, content_type varchar, headers http_header[], content varchar);

create function http_header(field varchar, value varchar) returns http_header language sql as $$ select $1, $2 $$;

${[
  'http(request http_request)',
  'http_get(uri varchar)',
  'http_get(uri varchar, data jsonb)',
  'http_head(uri varchar)',
  'http_delete(uri varchar)',
  'http_delete(uri varchar, content varchar, content_type varchar)',
  ...WITH_BODY.map((name) => `${name}(uri varchar, content varchar, content_type varchar)`),
  'http_post(uri varchar, data jsonb)',
]
  .map((signature) => raising('http', `${signature} returns http_response`))
  .join('\n')}`,
};
