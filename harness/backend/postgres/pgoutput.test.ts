import { describe, expect, it } from 'vitest';
import { PgOutputReader } from './pgoutput.ts';

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number): Buffer =>
  Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 0xff));
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const column = (name: string): Buffer => Buffer.concat([Buffer.from([0]), text(name), int32(25), int32(-1)]);

function message(type: string, ...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type), ...parts]);
}

/** A row as the plugin sends it; `undefined` stands for a large value that did not change. */
function tuple(...values: (string | null | undefined)[]): Buffer {
  const encoded = values.map((value) => {
    if (typeof value !== 'string') return Buffer.from(value === null ? 'n' : 'u');
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from('t'), int32(bytes.length), bytes]);
  });
  return Buffer.concat([int16(values.length), ...encoded]);
}

const relation = message(
  'R',
  int32(7),
  text('public'),
  text('stories'),
  Buffer.from('d'),
  int16(3),
  column('id'),
  column('größe'),
  column('body'),
);
const begin = message('B', int64(1n), int64(2n), int32(3));
const commit = message('C', Buffer.from([0]), int64(0x1_0000_00f0n), int64(0x1_0000_0120n), int64(9n));

describe('reading logical decoding', () => {
  it('returns the rows of a transaction at its commit, with the position after the commit record', () => {
    const reader = new PgOutputReader();
    const insert = message('I', int32(7), Buffer.from('N'), tuple('a', '85', null));
    expect([relation, begin, insert].map((each) => reader.push(each))).toEqual([undefined, undefined, undefined]);
    expect(reader.push(commit)).toEqual({
      end: '1/120',
      rows: [{ table: 'public.stories', row: { id: 'a', größe: '85', body: null } }],
    });
  });

  it('reads the new row of an update, with or without the old row', () => {
    const reader = new PgOutputReader();
    reader.push(relation);
    reader.push(begin);
    reader.push(
      message('U', int32(7), Buffer.from('O'), tuple('a', '1', 'x'), Buffer.from('N'), tuple('a', '2', undefined)),
    );
    reader.push(message('U', int32(7), Buffer.from('N'), tuple('b', '3', 'ü')));
    expect(reader.push(commit)!.rows.map(({ row }) => row)).toEqual([
      { id: 'a', größe: '2' },
      { id: 'b', größe: '3', body: 'ü' },
    ]);
  });

  it('starts every transaction empty, and ignores unknown messages', () => {
    const reader = new PgOutputReader();
    reader.push(relation);
    for (const each of [begin, message('I', int32(7), Buffer.from('N'), tuple('a', '1', null)), begin])
      reader.push(each);
    reader.push(message('T', int32(1), Buffer.from([0]), int32(7)));
    reader.push(message('I', int32(8), Buffer.from('N'), tuple('unknown relation')));
    expect(reader.push(commit)!.rows).toEqual([]);
  });
});
