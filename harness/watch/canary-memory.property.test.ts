import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeOne } from '../checker/judge-one.test-support.ts';
import type { History, HistoryEvent, ProgressValue } from '../history/event.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { CanaryMemory, SavedMemorySchema, type CanaryProperty } from './canary-memory.ts';

const kind = fc.constantFrom('progress' as const, 'ending' as const).chain(historyArbitrary);

interface Seen {
  events: number[][];
  sentences: string[];
}

/** What a canary concludes from the events of a history, one after the other. */
function concluded(
  history: History,
  property: CanaryProperty,
  feed: (memory: CanaryMemory, event: HistoryEvent, value: ProgressValue) => ReturnType<CanaryMemory['committed']>,
  isRestarted: (index: number) => boolean = () => false,
): Seen {
  const seen: Seen = { events: [], sentences: [] };
  let memory = new CanaryMemory();
  for (const event of history.events) {
    if (isRestarted(event.index))
      memory = new CanaryMemory(SavedMemorySchema.parse(JSON.parse(JSON.stringify(memory.save()))));
    const { reversions } = feed(memory, event, event.value as ProgressValue);
    for (const { property: found, from, to, sentence } of reversions) {
      if (found !== property) continue;
      seen.events.push([Number(from.at), Number(to.at)]);
      seen.sentences.push(sentence);
    }
  }
  return seen;
}

const nothing = { reversions: [], recovered: [] };
const arrived = ({ generation = 1, progress, status }: ProgressValue, { index }: HistoryEvent) => ({
  generation,
  progress,
  ...(status === undefined ? {} : { status }),
  at: String(index),
});

/** A history whose shown values are its `show` events. */
const feedShown: Parameters<typeof concluded>[2] = (memory, event, value) => {
  if (event.f !== 'show') return nothing;
  const at = arrived(value, event);
  // What a page shows is judged in the same way whether it was an answer or was pushed.
  const arrives = event.index % 3 === 0 ? memory.pushed.bind(memory) : memory.answered.bind(memory);
  return arrives(String(event.session ?? event.process), String(event.key), at, at);
};

describe('the memory of a canary', () => {
  it('finds what monotonic-view finds in the whole history, in the same words, also across restarts', () => {
    fc.assert(
      fc.property(kind, fc.nat(7), (history, modulus) => {
        fc.pre(history.events.some(({ f }) => f === 'show'));
        const { events, sentences } = judgeOne(history, 'monotonic-view');
        const isRestarted = (index: number): boolean => index % (modulus + 1) === modulus;
        expect(concluded(history, 'monotonic-view', feedShown, isRestarted)).toEqual({ events, sentences });
      }),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 3000 },
    );
  });

  it('finds a decrease of what was committed where monotonic-commits does', () => {
    fc.assert(
      fc.property(kind, (history) => {
        fc.pre(history.events.some(({ f }) => f === 'commit'));
        const { events } = concluded(history, 'monotonic-commits', (memory, event, value) =>
          event.f === 'commit' ? memory.committed(String(event.key), arrived(value, event)) : nothing,
        );
        expect(events.length > 0).toBe(judgeOne(history, 'monotonic-commits').valid === false);
      }),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 3000 },
    );
  });

  it('has a view open exactly while the last value is older than an earlier one', () => {
    fc.assert(
      fc.property(kind, (history) => {
        const memory = new CanaryMemory();
        const shown: HistoryEvent[] = [];
        for (const event of history.events) {
          if (event.f !== 'show') continue;
          feedShown(memory, event, event.value as ProgressValue);
          shown.push(event);
        }
        const isOpen = ({ session, key }: { session?: string; key: string }): boolean =>
          memory.open.some(
            (each) => each.property === 'monotonic-view' && each.session === session && each.key === key,
          );
        const views = new Set(shown.map(({ session, process, key }) => JSON.stringify([session ?? process, key])));
        for (const view of views) {
          const [session, key] = JSON.parse(view) as [string, string];
          const own = shown.filter((each) => (each.session ?? each.process) === session && each.key === key);
          const last = { ...own.at(-1)!, index: own.length };
          // Judged beside each earlier value alone, the last one is older than at least one of them, or than none.
          const isOlder = own.some((each) => {
            const pair = [
              { ...each, index: 0 },
              { ...last, index: 1 },
            ];
            return judgeOne({ header: undefined, events: pair }, 'monotonic-view').events.length > 0;
          });
          expect(isOpen({ session, key })).toBe(isOlder);
        }
      }),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 500 },
    );
  });
});
