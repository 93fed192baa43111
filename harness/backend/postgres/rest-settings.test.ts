import { expect, it } from 'vitest';
import { restSettings } from './rest-settings.ts';

it('are those of Supabase by default', () => {
  expect(restSettings([])).toEqual({
    schemas: ['public', 'graphql_public'],
    isAggregating: false,
    isRollbackAllowed: false,
    rowsMax: undefined,
  });
});

it('are read from the settings of the role, of which later ones override earlier ones', () => {
  const lines = [
    'pgrst.db_schemas=public',
    'pgrst.db_schemas=api, private',
    'pgrst.db_aggregates_enabled=true',
    'pgrst.db_tx_end=commit-allow-override',
    'pgrst.db_max_rows=10',
  ];
  expect(restSettings(lines)).toEqual({
    schemas: ['api', 'private'],
    isAggregating: true,
    isRollbackAllowed: true,
    rowsMax: 10,
  });
});
