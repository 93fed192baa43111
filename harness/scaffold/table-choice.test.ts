import { expect, it } from 'vitest';
import type { ColumnInfo, TableInfo } from './database-catalogue.ts';
import { likelyKey, rankTables } from './table-choice.ts';

const column = (name: string, type = 'text', labels: string[] = []): ColumnInfo => {
  return { name, type, labels, notNull: true, hasDefault: false, isComputed: false };
};

const LOTS: TableInfo = {
  schema: 'public',
  name: 'lots',
  columns: [column('factory'), column('lot'), column('fraction', 'numeric')],
  primaryKey: ['factory', 'lot'],
  references: [{ columns: ['factory'], toSchema: 'public', to: 'factories', toColumns: ['code'] }],
  checks: [],
  policies: [],
};

it('a key of two columns is identified by the one that refers to no other table', () => {
  expect(likelyKey(LOTS)).toBe('lot');
  expect(rankTables([LOTS])).toMatchObject([{ table: 'lots', key: 'lot', keyOf: 'text' }]);
});

it('nothing is likely of a key of two columns of its own, or of none', () => {
  expect(likelyKey({ ...LOTS, references: [] })).toBeUndefined();
  expect(likelyKey({ ...LOTS, primaryKey: [] })).toBeUndefined();
});

it('the only column with listed values is the status, whatever its name is', () => {
  const stand = column('stand', 'stand', ['offen', 'fertig']);
  const tables = [{ ...LOTS, columns: [...LOTS.columns, stand] }];
  expect(rankTables(tables)[0]?.status).toEqual({ column: 'stand', completed: [], failed: [] });
  const art = column('art', 'art', ['klein', 'gross']);
  expect(rankTables([{ ...LOTS, columns: [...LOTS.columns, stand, art] }])[0]?.status).toBeUndefined();
});
