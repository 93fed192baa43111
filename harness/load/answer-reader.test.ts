import { describe, expect, it } from 'vitest';
import { answerReader, firstQuery, valueOf, wordsOf } from './answer-reader.ts';

const subject = {
  readStatus: (body: unknown) => ({
    generation: 1,
    progress: (body as { pct: number }).pct * 100,
    status: 'in progress',
  }),
  frontEnd: {
    query: (seen: { greatest: { progress: number }; greatestNumber: number } | undefined): Record<string, string> =>
      seen === undefined ? { fresh: '1' } : { seen: `${seen.greatest.progress} ${seen.greatestNumber}` },
    display: 'as-arrived' as const,
  },
};

describe('answers that are read for another program', () => {
  const read = answerReader(subject);

  it('are read by the subject, with the query of its next poll', () => {
    expect(read('{"pct":0.4}', '-')).toEqual({ words: '1 40 in%20progress', query: '?seen=40+40' });
    expect(firstQuery(subject)).toBe('?fresh=1');
  });

  it('do not make a page forget what it has seen', () => {
    expect(read('{"pct":0.1}', '1 85 in%20progress 90').query).toBe('?seen=85+90');
  });

  it('are no progress if they are not what the subject reads', () => {
    expect(read('<html>', '1 85 x 85')).toEqual({ words: '-', query: '?seen=85+85' });
  });

  it('are the same in words', () => {
    const value = { generation: 3, progress: 12.5, status: 'a b' };
    expect(valueOf(wordsOf(value))).toEqual(value);
    expect(valueOf(wordsOf({ generation: 1, progress: 0 }))).toEqual({ generation: 1, progress: 0 });
  });
});
