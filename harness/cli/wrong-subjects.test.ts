import { describe, expect, it } from 'vitest';
import { describeWrongSubjects, prepareBench } from './wrong-subjects.case.ts';

const bench = prepareBench();

describeWrongSubjects('simulated', bench, {
  'that uses another database': {
    mistake: 'other database',
    exit: 2,
    says: [/^ {2}stopped: .* called fetch of http:\/\/127\.0\.0\.1:9\/rest\/v1\/episodes.*, which is not virtual/],
  },
});

describe('a search with a subject that tests nothing', () => {
  it('is inconclusive, and says why', () => {
    const subject = bench.subject('searched', { mistake: 'route' });
    const { status, lines } = bench.ratchet(
      'explore',
      'lagging-replica',
      '--runs',
      '3',
      '--workers',
      '1',
      '--subject',
      subject,
    );
    expect([status, ...lines]).toEqual(
      expect.arrayContaining([
        2,
        expect.stringMatching(/^\? nothing found .* inconclusive$/),
        expect.stringMatching(/^ {2}3 of 3 plans tested nothing; the first: nothing was tested: .* answered 404/),
        expect.stringMatching(/^ {2}mistake: routes\.status: .* — correct the path/),
      ]),
    );
  });
});
