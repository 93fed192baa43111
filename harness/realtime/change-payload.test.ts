import { expect, it } from 'vitest';
import type { RowChange } from '../port/stream.ts';
import { payloadOf } from './change-payload.ts';

const table = {
  schema: 'public',
  name: 'stories',
  columns: ['id', 'body', 'progress'].map((name) => ({ name, type: 'text' })),
  primaryKey: ['id'],
  hasPolicies: false,
};
const at = { committedAtMs: Date.UTC(2026, 0, 1, 0, 0, 0, 5) };
const update: RowChange = { table, type: 'UPDATE', row: { id: 'a', body: 'x', progress: 1 }, old: { id: 'a' } };

it('has the new and the old row, the columns and the time of the commit in milliseconds', () => {
  expect(payloadOf(update, at)).toEqual({
    schema: 'public',
    table: 'stories',
    commit_timestamp: '2026-01-01T00:00:00.005Z',
    type: 'UPDATE',
    columns: table.columns,
    record: { id: 'a', body: 'x', progress: 1 },
    old_record: { id: 'a' },
    errors: null,
  });
});

it('has no old row for an insert, and no new one for a deletion', () => {
  expect(payloadOf({ table, type: 'INSERT', row: { id: 'a' } }, at)).not.toHaveProperty('old_record');
  expect(payloadOf({ table, type: 'DELETE', old: { id: 'a' } }, at)).not.toHaveProperty('record');
});

it('takes a large value that did not change from the old row, if that has it', () => {
  const row = { id: 'a', progress: 2 };
  expect(payloadOf({ table, type: 'UPDATE', row, old: { id: 'a', body: 'x' } }, at).record).toEqual({
    ...row,
    body: 'x',
  });
  expect(payloadOf({ table, type: 'UPDATE', row, old: { id: 'a' } }, at).record).toEqual(row);
});

it('has only the selected columns', () => {
  const { record, columns } = payloadOf(update, at, { select: ['id', 'progress'] });
  expect(record).toEqual({ id: 'a', progress: 1 });
  expect(columns.map(({ name }) => name)).toEqual(['id', 'progress']);
});

it('keeps only small values of a record that is larger than a mebibyte', () => {
  const large = { ...update, row: { id: 'a', body: 'x'.repeat(1024 * 1024), progress: 1 } };
  expect(payloadOf(large, at)).toMatchObject({
    record: { id: 'a', progress: 1 },
    errors: ['Error 413: Payload Too Large'],
  });
  expect(payloadOf(large, at).record).not.toHaveProperty('body');
});

it('has empty records with an error of the whole change', () => {
  expect(payloadOf(update, at, { error: 'Error 401: Unauthorized' })).toMatchObject({
    record: {},
    old_record: {},
    columns: [],
    errors: ['Error 401: Unauthorized'],
  });
});
