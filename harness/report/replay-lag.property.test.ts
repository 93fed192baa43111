import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import { commit, historyOf, progress } from '../history/history.test-support.ts';
import { Replay } from './replay-lag.ts';

const commits = fc.array(
  fc.record({ ms: fc.nat(3), lsn: fc.nat(6), isPromotion: fc.constantFrom(false, false, false, true) }),
  { maxLength: 12 },
);

test('the first commit that a server had not replayed is the one that a scan of all earlier commits finds', () => {
  fc.assert(
    fc.property(commits, fc.nat(30), fc.nat(6), (drawn, atMs, lsn) => {
      let time = 0;
      const timed = drawn.map((each) => ({ ...each, time: (time += each.ms * 1e6) }));
      const history = historyOf(
        timed.map((each) =>
          commit(progress(10), {
            time: each.time,
            lsn: `0/${each.lsn}`,
            ...(each.isPromotion ? { promoted: 'replica-1' } : {}),
          }),
        ),
      );
      let unseen: number | undefined;
      for (const each of timed) {
        if (each.time >= atMs * 1e6) break;
        if (each.lsn > lsn) unseen ??= each.time;
        else if (each.isPromotion) unseen = undefined;
      }
      expect(new Replay(asColumns(history)).firstUnseen(atMs * 1e6, BigInt(lsn))).toBe(unseen);
    }),
    { numRuns: 3000 },
  );
});

test('each commit is parsed once, for any number of reads', () => {
  const history = asColumns(
    historyOf(Array.from({ length: 2000 }, (_, at) => commit(progress(10), { lsn: `0/${at.toString(16)}` }))),
  );
  let parsed = 0;
  const counting = Object.create(history, {
    eventAt: {
      value: (index: number) => {
        parsed += 1;
        return history.eventAt(index);
      },
    },
  }) as typeof history;
  const replay = new Replay(counting);
  for (let at = 1; at < 2000; at += 1) expect(replay.firstUnseen(at * 1e6, BigInt(at - 2))).toBe((at - 1) * 1e6);
  expect(parsed).toBe(2000);
});
