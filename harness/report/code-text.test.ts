import { expect, it } from 'vitest';
import { describeCode } from './code-text.ts';

const file = (name: string, taken: number, ...never: [number, number][]) => ({
  file: name,
  taken,
  all: taken + never.length,
  never: never.map(([from, to]) => ({ from, to })),
});

it('says how many branches were taken, and the lines of the others', () => {
  const files = [file('app/route.ts', 4, [12, 12]), file('app/store.ts', 2, [3, 5], [9, 9]), file('app/a.ts', 3)];
  expect(describeCode({ files })).toEqual([
    'code of the subject: 9 of 12 branches taken',
    '  app/route.ts: 4 of 5, never line 12',
    '  app/store.ts: 2 of 4, never lines 3–5, 9',
    '  and all branches of 1 other file',
  ]);
});

it('says if all were taken, or none were loaded', () => {
  expect(describeCode({ files: [file('a.ts', 1), file('b.ts', 2)] })).toEqual([
    'code of the subject: 3 of 3 branches taken',
    '  and all branches of 2 files',
  ]);
  expect(describeCode({ files: [] })).toEqual(['code of the subject: none of its modules was loaded']);
});
