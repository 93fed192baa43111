import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { atomicHistoryArbitrary, mutate, mutationArbitrary } from '../history/atomic-history.test-support.ts';
import type { History, HistoryEvent } from '../history/event.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { judge } from './compose.ts';
import { properties } from './properties.ts';
import type { PropertyName } from './properties.ts';
import type { CheckOptions } from './verdict.ts';

const names = Object.keys(properties) as PropertyName[];
const numRuns = fc.readConfigureGlobal().numRuns ?? 1000;
const histories = fc.oneof(
  historyArbitrary('progress'),
  historyArbitrary('register'),
  historyArbitrary('ending'),
  fc.tuple(atomicHistoryArbitrary('unique'), mutationArbitrary).map(([history, mutation]) => mutate(history, mutation)),
);
const bounds: CheckOptions = { maxStalenessVersions: 0, minAvailability: 0.9, convergeWithinMs: 5 };

function verdicts(history: History): unknown {
  return judge(history, names, bounds).verdicts.map(({ property, valid, violations }) => ({
    property,
    valid,
    events: violations.map(({ events }) => events),
  }));
}

function validities(history: History): unknown {
  return judge(history, names, bounds).verdicts.map(({ property, valid }) => ({ property, valid }));
}

test('names do not matter, as long as different names stay different', () => {
  const number = new Map<unknown, number>();
  const rename = (name: string | number | undefined): number | undefined => {
    if (name === undefined) return undefined;
    if (!number.has(name)) number.set(name, number.size + 1000);
    return number.get(name);
  };
  const renamed = (event: HistoryEvent): HistoryEvent => {
    const { process, session, key, ...rest } = event;
    const isDb = process === 'db' || process === 'nemesis';
    return {
      ...rest,
      process: isDb ? process : rename(process)!,
      ...(session === undefined || isDb ? {} : { session: rename(session)! }),
      ...(key === undefined ? {} : { key: rename(key)! }),
    };
  };
  fc.assert(
    fc.property(histories, (history) => {
      expect(verdicts({ ...history, events: history.events.map(renamed) })).toEqual(verdicts(history));
    }),
    { numRuns },
  );
});

test('the order of unrelated neighbours does not matter', () => {
  const sessionOf = (event: HistoryEvent): unknown => event.session ?? event.process;
  const swapped = ({ header, events }: History, at: number): History => {
    const [one, other] = [events[at], events[at + 1]];
    if (one === undefined || other === undefined) return { header, events };
    if (sessionOf(one) === sessionOf(other) || one.process === other.process || one.key === other.key)
      return { header, events };
    const rest = [...events.slice(0, at), other, one, ...events.slice(at + 2)];
    return { header, events: rest.map((event, index) => ({ ...event, index })) };
  };
  fc.assert(
    fc.property(histories, fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }), ({ header, events }, places) => {
      const timeless = { header, events: events.map((event) => ({ ...event, time: 0 })) };
      expect(validities(places.reduce(swapped, timeless))).toEqual(validities(timeless));
    }),
    { numRuns },
  );
});

/**
 * Whether the end of a key or a display counts depends on the whole, and a session's writes may follow reads elsewhere.
 */
const ofOneKey = names.filter((name) => !['availability', 'writes-follow-reads'].includes(name));

test('a history is violated exactly if one of its keys is, each in a file of its own', () => {
  const partOf = ({ header, events }: History, key: unknown): History => ({
    header,
    events: events
      // Whether sessions watch is decided by the whole history.
      .filter((event) => event.key === key || event.f === 'fault' || event.f === 'watch')
      .map((event, index) => ({ ...event, index })),
  });
  const isBroken = (history: History, name: PropertyName): boolean => judge(history, [name], bounds).valid === false;
  fc.assert(
    fc.property(histories, (history) => {
      fc.pre(!history.events.some(({ f }) => f === 'show'));
      const keys = new Set(history.events.flatMap(({ key }) => (key === undefined ? [] : [key])));
      for (const name of ofOneKey) {
        const parts = [...keys].map((key) => isBroken(partOf(history, key), name));
        expect([name, parts.includes(true)]).toEqual([name, isBroken(history, name)]);
      }
    }),
    { numRuns },
  );
});

test('events of a session that only reads another key change no verdict of a property that is judged, except availability', () => {
  fc.assert(
    fc.property(histories, fc.array(fc.nat(60), { maxLength: 6 }), ({ header, events }, places) => {
      const stranger = places.flatMap((place) => [place, place + 1]).toSorted((a, b) => a - b);
      const others = stranger.map((place, at) => ({
        place: Math.min(place, events.length),
        event: {
          process: 'stranger',
          type: at % 2 === 0 ? 'invoke' : 'ok',
          f: 'read',
          key: 'elsewhere',
          ...(at % 2 === 0 ? {} : { value: header?.initial ?? null }),
        } as HistoryEvent,
      }));
      const merged = Array.from({ length: events.length + 1 }, (_, place) => [
        ...others
          .filter((other) => other.place === place)
          .map(({ event }) => ({ ...event, time: events[Math.max(0, place - 1)]?.time ?? 0 })),
        ...events.slice(place, place + 1),
      ]).flat();
      const visited = { header, events: merged.map((event, index) => ({ ...event, index })) };
      const relevant = names.filter((name) => name !== 'availability');
      const before = judge({ header, events }, relevant, bounds).verdicts;
      const after = judge(visited, relevant, bounds).verdicts;
      for (const [at, { property, valid, isNotJudged }] of before.entries()) {
        // Reads of another key may be the first ones that the property applies to.
        const expected = isNotJudged && after[at]?.isNotJudged === undefined ? true : valid;
        expect([property, after[at]?.valid]).toEqual([property, expected]);
      }
    }),
    { numRuns },
  );
});
