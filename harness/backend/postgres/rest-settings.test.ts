import { expect, it } from 'vitest';
import { restSettings, searchPathOf } from './rest-settings.ts';

it('are those of Supabase by default', () => {
  expect(restSettings([])).toEqual({
    schemas: ['public', 'graphql_public'],
    extraSearchPath: ['public', 'extensions'],
    isAggregating: false,
    isRollbackAllowed: false,
    rowsMax: undefined,
  });
});

it('are read from the settings of the role, of which later ones override earlier ones', () => {
  const lines = [
    'pgrst.db_schemas=public',
    'pgrst.db_schemas=api, private',
    'pgrst.db_extra_search_path=shared',
    'pgrst.db_aggregates_enabled=true',
    'pgrst.db_tx_end=commit-allow-override',
    'pgrst.db_max_rows=10',
  ];
  expect(restSettings(lines)).toEqual({
    schemas: ['api', 'private'],
    extraSearchPath: ['shared'],
    isAggregating: true,
    isRollbackAllowed: true,
    rowsMax: 10,
  });
});

it('look names up in the schema of a request before the others', () => {
  const settings = { schemas: ['public', 'a"pi'], extraSearchPath: ['public', 'extensions'] };
  const pathOf = (method: string, headers: Record<string, string>): string =>
    searchPathOf({ method, headers: new Headers(headers) }, settings);
  expect(pathOf('GET', {})).toBe('"public", "extensions"');
  expect(pathOf('GET', { 'accept-profile': 'a"pi', 'content-profile': 'x' })).toBe('"a""pi", "public", "extensions"');
  expect(pathOf('POST', { 'accept-profile': 'x', 'content-profile': 'a"pi' })).toBe('"a""pi", "public", "extensions"');
});
