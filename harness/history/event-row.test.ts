import { expect, test } from 'vitest';
import { FAULT, INFO, NONE, NOTHING, READ_INVOKE, SHAPE, TEXT } from './codes.ts';
import { emptyRow, fillRow, type EventRow } from './event-row.ts';
import type { HistoryEvent } from './event.ts';
import { Names } from './names.ts';

const names = new Names();
const plain = { index: 3, time: 9, process: 'p', type: 'invoke', f: 'read', key: 'k' } as const;

function rowOf(event: Partial<HistoryEvent>): EventRow {
  const row = emptyRow();
  fillRow(row, { ...plain, ...event } as HistoryEvent, names);
  return row;
}

test('an empty row has no names and no value', () => {
  expect(emptyRow()).toEqual({
    index: 0,
    time: 0,
    process: 0,
    session: NONE,
    key: NONE,
    code: 0,
    shape: NOTHING,
    generation: 0,
    progress: 0,
    status: NONE,
    from: undefined,
  });
});

test('a row has the names of its event, and the code', () => {
  expect(rowOf({})).toMatchObject({ index: 3, time: 9, session: NONE, code: READ_INVOKE, shape: NOTHING });
  const { process, session, key } = rowOf({ session: 's' });
  expect([process, session, key].map((id) => names.nameOf(id))).toEqual(['p', 's', 'k']);
});

test('a fault may lack a key, and its value is not judged', () => {
  const fault = { type: 'info', f: 'fault', value: 'lag' } as const;
  expect(rowOf({ ...fault, key: undefined as never })).toMatchObject({ key: NONE, shape: NOTHING });
  expect(rowOf({ ...fault, key: null as never })).toMatchObject({ key: NONE, code: FAULT * 4 + INFO });
});

test('only a cas with a pair expects a value', () => {
  const cas = rowOf({ f: 'cas', value: ['a', 'b'] });
  expect([cas.from, cas.shape & SHAPE, names.nameOf(cas.progress)]).toEqual(['a', TEXT, 'b']);
  expect(rowOf({ f: 'cas' }).from).toBeUndefined();
  expect(rowOf({ type: 'info', f: 'fault', value: ['a', 'b'] as never }).from).toBeUndefined();
});
