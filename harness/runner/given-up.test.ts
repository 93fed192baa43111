import { expect, it } from 'vitest';
import { historyOf, info, invoke, ok, progress } from '../history/history.test-support.ts';
import { gaveUpMark } from '../history/marks.ts';
import { describeGivenUp } from './given-up.ts';

const mark = { ...gaveUpMark('worker-1', 'story-1', new Error('mismatch')), key: 'story-1' };
const own = { session: 'worker-1' };

function told(...drafts: Parameters<typeof historyOf>[0][number][]): string[] {
  return describeGivenUp(historyOf(drafts).events);
}

it('says that the last write of a worker that gave up had succeeded', () => {
  const lost = [invoke('w', 'write', progress(40), own), info('w', 'write', own)];
  const applied = [invoke('v', 'write', progress(40), own), ok('v', 'write', progress(40), own)];
  expect(told(lost, applied, mark)).toEqual([
    'worker-1 gave up: mismatch; its last write, 40% of story-1, had succeeded',
  ]);
  expect(told(applied, lost, mark)).toEqual(['worker-1 gave up: mismatch']);
});

it('says nothing of the writes of others, or of those that come later', () => {
  const applied = [invoke('v', 'write', progress(40)), ok('v', 'write', progress(40))];
  expect(told(applied, mark)).toEqual(['worker-1 gave up: mismatch']);
  expect(told(mark, invoke('w', 'write', progress(40), own), ok('w', 'write', progress(40), own))).toEqual([
    'worker-1 gave up: mismatch',
  ]);
  expect(told(applied)).toEqual([]);
});
