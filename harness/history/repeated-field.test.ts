import { expect, test } from 'vitest';
import { repeatedField } from './repeated-field.ts';

test.each(['index', 'time', 'process', 'session', 'type', 'f', 'key', 'value', 'history'])(
  'a second %s is found, wherever it is, and however it is written',
  (name) => {
    expect(repeatedField(`{"${name}":1,"a":{"b":[2]},"${name}":1}`, false)).toBe(name);
    expect(repeatedField(`{"a":[{}], "${name}" : {"${name}":1} ,"${name}"\t:1}`, false)).toBe(name);
    const escaped = `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`;
    expect(repeatedField(`{"${escaped}":1,"${name}":1}`, false)).toBe(name);
    expect(repeatedField(`{"${name}":1,"a":"\\"${name}\\":","b":["${name}"]}`, false)).toBeUndefined();
  },
);

test.each(['generation', 'progress', 'status'])('a second %s is found in the value only', (name) => {
  expect(repeatedField(`{"value":{"${name}":1,"x":[[]],"${name}":2}}`, false)).toBe(name);
  expect(repeatedField(`{"${name}":1,"${name}":2}`, false)).toBeUndefined();
  expect(repeatedField(`{"other":{"${name}":1,"${name}":2}}`, false)).toBeUndefined();
  expect(repeatedField(`{"value":{"x":{"${name}":1,"${name}":2}}}`, false)).toBeUndefined();
  expect(repeatedField(`{"value":{"x":{},"${name}":1},"y":{"${name}":2}}`, false)).toBeUndefined();
});

test('a phase is judged in a watch only, and other fields never', () => {
  const twice = '{"phase":1,"phase":2}';
  expect([repeatedField(twice, true), repeatedField(twice, false)]).toEqual(['phase', undefined]);
  expect(repeatedField('{"index":1,"lsn":1,"lsn":2}', true)).toBeUndefined();
  expect(repeatedField('{"index":1,"value":{"index":1,"key":2,"key":3}}', true)).toBeUndefined();
  expect(repeatedField('{"index":1,"index":2}', true)).toBe('index');
});
