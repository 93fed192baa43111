import { expect, test } from 'vitest';
import * as codes from './codes.ts';
import type { EventType, Operation } from './event.ts';

const types: EventType[] = ['invoke', 'ok', 'fail', 'info'];
const operations: Operation[] = ['read', 'write', 'start', 'cas', 'show', 'commit', 'fault', 'receive', 'watch'];
const kinds = operations.flatMap((f) => types.map((type) => ({ f, type })));

test('a code stands for one operation and one type', () => {
  const numbers = kinds.map(codes.codeOf);
  expect(new Set(numbers).size).toBe(kinds.length);
  expect(numbers.map((code) => ({ f: codes.operationOf(code), type: codes.typeOf(code) }))).toEqual(kinds);
});

test('the phase belongs to the code of a watch only', () => {
  const watch = { f: 'watch', type: 'ok' } as const;
  expect(codes.codeOf({ ...watch, phase: 'begin' })).toBe(codes.WATCH_BEGIN_OK);
  expect(codes.codeOf({ ...watch, phase: 'end' })).toBe(codes.WATCH_END_OK);
  expect(codes.operationOf(codes.WATCH_END_OK)).toBe('watch');
  expect(codes.codeOf({ f: 'show', type: 'ok', phase: 'end' })).toBe(codes.SHOW_OK);
});

test('the named codes are those of their events', () => {
  expect([
    codes.READ_INVOKE,
    codes.READ_OK,
    codes.WRITE_OK,
    codes.SHOW_OK,
    codes.COMMIT_OK,
    codes.RECEIVE_OK,
    codes.WATCH_BEGIN_OK,
  ]).toEqual(
    (
      [
        ['read', 'invoke'],
        ['read', 'ok'],
        ['write', 'ok'],
        ['show', 'ok'],
        ['commit', 'ok'],
        ['receive', 'ok'],
        ['watch', 'ok'],
      ] as const
    ).map(([f, type]) => codes.codeOf({ f, type })),
  );
});

test('a write, a start and a cas begin a write with their invoke, and complete it with ok', () => {
  const named = (isIt: (code: number) => boolean): string[] =>
    kinds.filter((kind) => isIt(codes.codeOf(kind))).map(({ f, type }) => `${f} ${type}`);
  const recorded = named(codes.beginsWrite).filter((name) => /^(?:read|write|start|cas) /.test(name));
  expect(recorded).toEqual(['write invoke', 'start invoke', 'cas invoke']);
  expect(named(codes.completesWrite)).toEqual(['write ok', 'start ok', 'cas ok']);
});

test('the end of a generation is told besides the shape', () => {
  const shapes = [codes.NOTHING, codes.PROGRESS, codes.NUMBER, codes.TEXT, codes.BOOLEAN];
  expect(new Set(shapes).size).toBe(5);
  for (const shape of shapes) expect((shape | codes.ENDED) & codes.SHAPE).toBe(shape);
});
