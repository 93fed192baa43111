import { describe, expect, it } from 'vitest';
import { judge } from '../checker/compose.ts';
import type { PropertyName } from '../checker/properties.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import { commit, historyOf, ok, read, show, write } from '../history/history.test-support.ts';
import { groupViolations } from './violation-groups.ts';

const tab = { session: 'tab-1' };

/** Property of each group → the other properties that it violates. */
function grouped(history: History, names: readonly PropertyName[]): Record<string, string[]> {
  const groups = groupViolations(asColumns(history), judge(history, names).verdicts);
  return Object.fromEntries(
    groups.map(({ verdict, alsoBroken }) => [verdict.property, alsoBroken.map(({ property }) => property)]),
  );
}

/** A poll whose answer is shown: three events from `at` on. */
const poll = (at: number, progress: number) => [
  ...read('tab-1/poll', { progress }, tab),
  show('tab-1', { progress }, { read: at + 1 }),
];

describe('the violations of one stale read', () => {
  const stale = historyOf([
    write('worker-1', { progress: 10 }),
    write('worker-1', { progress: 85 }),
    poll(4, 85),
    poll(7, 10),
  ]);

  it('are one group, whether the value was shown or read', () => {
    expect(grouped(stale, ['monotonic-view', 'monotonic-reads', 'linearizable', 'integrity'])).toEqual({
      'monotonic-view': ['monotonic-reads', 'linearizable'],
    });
    expect(grouped(stale, ['monotonic-reads', 'monotonic-view'])).toEqual({ 'monotonic-reads': ['monotonic-view'] });
  });

  it('are separate from those of another read', () => {
    const two = historyOf([
      write('worker-1', { progress: 10 }),
      write('worker-1', { progress: 85 }),
      poll(4, 85),
      read('tab-1/poll', { progress: 10 }, tab),
      ok('tab-1', 'show', { progress: 85 }),
      ok('tab-1', 'show', { progress: 5 }),
    ]);
    expect(grouped(two, ['monotonic-view', 'monotonic-reads'])).toEqual({
      'monotonic-view': [],
      'monotonic-reads': [],
    });
  });
});

describe('a commit that went back', () => {
  const racing = historyOf([
    commit({ generation: 2, progress: 10 }),
    poll(1, 0).map((event) => ('value' in event ? { ...event, value: { generation: 2, progress: 10 } } : event)),
    commit({ generation: 1, progress: 85 }),
    poll(5, 85),
  ]);

  it('is in the group of the tab that saw it, in any order of the properties', () => {
    expect(grouped(racing, ['monotonic-view', 'monotonic-commits'])).toEqual({
      'monotonic-view': ['monotonic-commits'],
    });
    expect(grouped(racing, ['monotonic-commits', 'monotonic-view'])).toEqual({
      'monotonic-view': ['monotonic-commits'],
    });
  });
});
