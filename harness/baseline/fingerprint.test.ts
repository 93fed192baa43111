import { describe, expect, it } from 'vitest';
import { judge } from '../checker/compose.ts';
import type { PropertyName } from '../checker/properties.ts';
import { commit, historyOf, ok, read, show, write } from '../history/history.test-support.ts';
import type { History, HistoryEvent } from '../history/event.ts';
import { fingerprintsOf } from './fingerprint.ts';

const VIEWS: readonly PropertyName[] = ['monotonic-view', 'monotonic-reads', 'monotonic-commits'];

function fingerprints(history: History, names: readonly PropertyName[] = VIEWS) {
  return fingerprintsOf({ history, verdicts: judge(history, names).verdicts });
}

/** A tab that polls each value from the given database, after all were committed in the given order. */
function polled(commits: readonly number[], polls: readonly (readonly [progress: number, from: string])[]): History {
  const draft = historyOf([
    ...commits.map((progress) => commit({ progress })),
    ...polls.map(([progress, served_by]) => [
      ...read('tab-1', { progress }, { served_by }),
      show('tab-1', { progress }),
    ]),
  ]);
  let last = -1;
  const events = draft.events.map((event): HistoryEvent => {
    if (event.f === 'read' && event.type === 'ok') last = event.index;
    return event.f === 'show' ? { ...event, read: last } : event;
  });
  return { ...draft, events };
}

describe('the fingerprint of a violation', () => {
  it('names each violated property, with what caused it and the order of the values', () => {
    const history = polled(
      [10, 85],
      [
        [85, 'primary'],
        [10, 'replica-1'],
      ],
    );
    const same = { cause: 'shown from a replica', shape: 'commit 1 2, show 2 1' };
    const sentence = 'tab-1 saw story-1 go from 85% back to 10%';
    expect(fingerprints(history)).toEqual([
      { property: 'monotonic-view', ...same, sentence },
      { property: 'monotonic-reads', ...same, sentence },
    ]);
  });

  it('is the same for other values, times, replicas and numbers of polls', () => {
    const identities = [
      polled(
        [10, 85],
        [
          [85, 'primary'],
          [10, 'replica-1'],
        ],
      ),
      polled(
        [3, 40],
        [
          [3, 'primary'],
          [40, 'primary'],
          [40, 'primary'],
          [3, 'replica-2'],
        ],
      ),
    ].map((history) => fingerprints(history).map(({ property, cause, shape }) => [property, cause, shape]));
    expect(identities[0]).toEqual(identities[1]);
  });

  it('differs where the database went back instead of a read', () => {
    const [byRead] = fingerprints(
      polled(
        [10, 85],
        [
          [85, 'primary'],
          [10, 'replica-1'],
        ],
      ),
    );
    const [byWrite] = fingerprints(
      polled(
        [85, 10],
        [
          [85, 'primary'],
          [10, 'primary'],
        ],
      ),
    );
    expect([byWrite!.cause, byWrite!.shape]).not.toEqual([byRead!.cause, byRead!.shape]);
  });

  it('does not depend on whether a commit is recorded before or after the answer to its writer', () => {
    const ended = { progress: 100, status: 'completed' };
    const [invoke, answered] = write('worker-1', ended);
    const lost = { progress: 40, status: 'generating' };
    const shapes = [
      historyOf([invoke!, commit(ended), answered!, commit(lost)]),
      historyOf([invoke!, answered!, commit(ended), commit(lost)]),
    ].map((history) => fingerprints(history, ['completion']).map(({ shape }) => shape));
    expect(shapes[0]).toHaveLength(1);
    expect(shapes[0]).toEqual(shapes[1]);
  });

  it('is empty where nothing is violated', () => {
    expect(fingerprints(historyOf([ok('tab-1', 'show', { progress: 1 })]))).toEqual([]);
  });
});
