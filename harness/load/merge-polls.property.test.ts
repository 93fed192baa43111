/**
 * The clocks of tabs are wrong by an unknown amount, within known bounds, and the database reports its commits late: no
 * property may find a violation in the joined history that is none in the order of the true times.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { displays } from '../channels/display/display-registry.ts';
import { judge } from '../checker/compose.ts';
import { parseHistory } from '../history/codec.ts';
import type { HistoryEvent } from '../history/event.ts';
import { KnownTimes, type Barrier } from './known-times.ts';
import { PollMerger } from './merge-polls.ts';
import type { PollLine } from './poll-lines.ts';

const COMMITS = 10;
const COMMIT_MS = 20;

interface Poll {
  /** When the tab asks, when the database answers after that, and when the tab has the answer after that. */
  pauseMs: number;
  toDatabaseMs: number;
  backMs: number;
}

interface Case {
  tabs: Poll[][];
  errorMs: number;
  /** How far the bounds of the clocks are on both sides of the error. */
  boundsMs: [number, number];
  reportMs: number[];
}

const poll = fc.record({ pauseMs: fc.nat(30), toDatabaseMs: fc.nat(10), backMs: fc.nat(10) });
const cases: fc.Arbitrary<Case> = fc.record({
  tabs: fc.array(fc.array(poll, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
  errorMs: fc.integer({ min: -5_000, max: 5_000 }),
  boundsMs: fc.tuple(fc.nat(8), fc.nat(8)),
  reportMs: fc.array(fc.nat(15), { minLength: COMMITS, maxLength: COMMITS }),
});

it('a history of correct reads violates nothing, whatever the clocks of the tabs say', () => {
  fc.assert(
    fc.property(cases, (given) => {
      const history = parseHistory(
        merged(given, (commits) => commits),
        'merged',
      );
      const { verdicts } = judge(history, ['monotonic-view', 'monotonic-reads', 'integrity', 'staleness'], {
        maxStalenessVersions: 0,
      });
      const violated = verdicts.filter(({ valid }) => valid === false);
      expect(violated.map(({ violations }) => violations.map(({ sentence }) => sentence))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('an answer that goes back is a violation, whatever the clocks of the tabs say', () => {
  const tab = Array.from({ length: 12 }, () => ({ pauseMs: 30, toDatabaseMs: 5, backMs: 5 }));
  fc.assert(
    fc.property(cases, (given) => {
      const history = parseHistory(
        merged({ ...given, tabs: [tab] }, (value, at) => (at === 11 ? 0 : value)),
        'merged',
      );
      expect(judge(history, ['monotonic-view'], {}).valid).toBe(false);
    }),
  );
});

/** The text of the joined history; `answer` is what the database answers that has made so many commits. */
function merged(given: Case, answer: (commits: number, poll: number) => number): string {
  const { errorMs, boundsMs, reportMs } = given;
  const own = commitsReported(reportMs);
  // Every commit made so far has been reported 20 ms later.
  const barriers: Barrier[] = Array.from({ length: 100 }, (_, at) => ({ asked: at * 5e6, recorded: at * 5e6 + 20e6 }));
  const lines: string[] = [];
  const merger = new PollMerger({
    own,
    known: new KnownTimes(own, barriers),
    stories: ['story-1'],
    display: displays['as-arrived'],
    pollMsMax: 1_000,
    write: (line) => lines.push(line),
  });
  const polls = given.tabs.flatMap((tab, at) => pollsOf(tab, at + 1, errorMs, answer));
  const offset = { least: -errorMs - boundsMs[0], most: -errorMs + boundsMs[1] };
  for (const line of polls.toSorted((a, b) => a.endMs - b.endMs)) merger.add(line, offset, undefined);
  merger.end();
  return lines.join('');
}

/** In the order in which the database reports them, each at most 15 ms late. */
function commitsReported(lateMs: readonly number[]): HistoryEvent[] {
  let time = 0;
  return lateMs.map((late, index) => {
    time = Math.max(time, ((index + 1) * COMMIT_MS + late) * 1e6);
    return { index, time, process: 'db', type: 'ok', f: 'commit', key: 'story-1', value: { progress: index + 1 } };
  });
}

function pollsOf(
  polls: readonly Poll[],
  tab: number,
  errorMs: number,
  answer: (commits: number, poll: number) => number,
): PollLine[] {
  let now = 0;
  return polls.map(({ pauseMs, toDatabaseMs, backMs }, at) => {
    const start = now + pauseMs + 0.4;
    const answered = start + toDatabaseMs;
    now = answered + backMs;
    const commits = Math.min(COMMITS, Math.floor(answered / COMMIT_MS));
    const times = { startMs: Math.floor(start + errorMs), endMs: Math.floor(now + errorMs), durationMs: now - start };
    const value = { generation: 1, progress: answer(commits, at) };
    return { tab, ordinal: at + 1, story: 0, ...times, status: 200, value, error: '' };
  });
}
