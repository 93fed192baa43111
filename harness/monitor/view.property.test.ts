import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeOne } from '../checker/judge-one.test-support.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import type { History, ProgressValue } from '../history/event.ts';
import { addTo, type View } from './view.ts';

/** The steps back as events, found by a view for each session and key. */
function found({ events }: History): number[][] {
  const isRecorded = events.some(({ f }) => f === 'show');
  const views = new Map<string, View<ProgressValue & { index: number }>>();
  return events.flatMap(({ index, f, type, session, process, key, value }) => {
    if (f !== (isRecorded ? 'show' : 'read') || type !== 'ok') return [];
    const name = `${session ?? process}/${key}`;
    const view = views.get(name) ?? {};
    views.set(name, view);
    const { from } = addTo(view, { ...(value as ProgressValue), index });
    return from === undefined ? [] : [[from.index, index]];
  });
}

test.each(['progress', 'ending'] as const)('a view finds the steps back that the checker finds: %s', (kind) => {
  fc.assert(
    fc.property(historyArbitrary(kind), (history) => {
      expect(found(history)).toEqual(judgeOne(history, 'monotonic-view').events);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 5000 },
  );
});

test.each(['progress', 'ending'] as const)('what a view does not hold back never decreases: %s', (kind) => {
  fc.assert(
    fc.property(historyArbitrary(kind), (history) => {
      const views = new Map<string, View>();
      const events = history.events.filter(({ f, type, session, process, key, value }) => {
        if (f !== 'show') return false;
        const name = `${type}/${session ?? process}/${key}`;
        const view = views.get(name) ?? {};
        views.set(name, view);
        return !addTo(view, value as ProgressValue, true).isOlder;
      });
      const shown = { ...history, events: events.map((event, index) => ({ ...event, index })) };
      expect(judgeOne(shown, 'monotonic-view').events).toEqual([]);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 3000 },
  );
});

test('a view that was saved and read again goes on as before', () => {
  fc.assert(
    fc.property(historyArbitrary('ending'), (history) => {
      const view: View = {};
      let saved: View = {};
      for (const { f, value } of history.events) {
        if (f !== 'show') continue;
        saved = JSON.parse(JSON.stringify(saved)) as View;
        expect(addTo(saved, value as ProgressValue)).toEqual(addTo(view, value as ProgressValue));
      }
    }),
  );
});
