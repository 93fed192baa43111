import { expect, it } from 'vitest';
import { TestDecodingReader } from './test-decoding.ts';

/** The output of PostgreSQL 18 for these changes. */
const CHANGES: [lsn: string, data: string][] = [
  ['0/1', 'BEGIN'],
  [
    '0/1',
    "table public.stories: INSERT: id[text]:'it''s: [x]' title[text]:'two\nlines' generation[integer]:1 tags[text[]]:'{a,b}' at[timestamp with time zone]:'2026-11-23 17:00:00+00' status[text]:null",
  ],
  ['0/2', 'COMMIT'],
  ['0/3', 'BEGIN'],
  [
    '0/3',
    `table public."My Stories": UPDATE: old-key: id[text]:'a' new-tuple: id[text]:'b' "the ""n"""[integer]:-7 body[text]:unchanged-toast-datum done[boolean]:true`,
  ],
  ['0/3', "table public.stories: DELETE: id[text]:'b'"],
  ['0/3', 'table public.stories: TRUNCATE: (no-flags)'],
  ['0/4', 'COMMIT'],
];

it('returns committed row versions, with unquoted names and values', () => {
  const reader = new TestDecodingReader();
  expect(CHANGES.map(([lsn, data]) => reader.push({ lsn, data })).filter((one) => one !== undefined)).toEqual([
    {
      end: '0/2',
      rows: [
        {
          table: 'public.stories',
          row: {
            id: "it's: [x]",
            title: 'two\nlines',
            generation: '1',
            tags: '{a,b}',
            at: '2026-11-23 17:00:00+00',
            status: null,
          },
        },
      ],
    },
    { end: '0/4', rows: [{ table: 'public."My Stories"', row: { id: 'b', 'the "n"': '-7', done: 'true' } }] },
  ]);
});
