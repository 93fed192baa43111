/** Stubs of extensions of which migrations use little more than `create extension`. */
import { raising, type StubExtension } from './stub-extension.ts';

export const OTHER_STUBS: readonly StubExtension[] = [
  {
    name: 'pg_graphql',
    version: '1.5.11',
    schema: 'graphql',
    difference: 'every query raises an error',
    sql: raising(
      'pg_graphql',
      `graphql.resolve(query text, variables jsonb default '{}', "operationName" text default null,
  extensions jsonb default null) returns jsonb`,
    ),
  },
  {
    name: 'pg_jsonschema',
    version: '0.3.3',
    difference: 'every validation raises an error',
    sql: ['json', 'jsonb']
      .map((type) => raising('pg_jsonschema', `${type}_matches_schema(schema json, instance ${type}) returns boolean`))
      .join('\n'),
  },
  {
    name: 'pgjwt',
    version: '0.2.0',
    difference: 'signing and verifying raise an error',
    sql: [
      `sign(payload json, secret text, algorithm text default 'HS256') returns text`,
      `verify(token text, secret text, algorithm text default 'HS256', out header json, out payload json,
  out valid boolean)`,
    ]
      .map((signature) => raising('pgjwt', signature))
      .join('\n'),
  },
  {
    name: 'pgsodium',
    version: '3.1.8',
    schema: 'pgsodium',
    difference: 'it contains no function',
    sql: '',
  },
];
