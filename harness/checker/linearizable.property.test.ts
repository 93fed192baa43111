import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { atomicHistoryArbitrary, mutate, mutationArbitrary } from '../history/atomic-history.test-support.ts';
import type { Mutation } from '../history/atomic-history.test-support.ts';
import type { History, HistoryEvent, Value } from '../history/event.ts';
import { disagreement, holdsProgress, rank, slowOperations } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';
import { judge } from './compose.ts';
import { searchBoth } from './register-search.test-support.ts';

test('linearizable agrees with trying all orders of the operations of each key', () => {
  const found = disagreement('linearizable', (history) => [...keysOf(history)].every((key) => hasOrder(history, key)));
  expect(found).toBeUndefined();
});

test('each search of a register by itself agrees with trying all orders', () => {
  let [valid, violated] = [0, 0];
  fc.assert(
    fc.property(
      fc.oneof(atomicHistoryArbitrary('unique'), atomicHistoryArbitrary('repeated'), retriedStarts),
      mutationArbitrary,
      (original, mutation) => {
        const whole = mutateReads(mutate(original, mutation), mutation);
        for (const key of keysOf(whole)) {
          const events = whole.events.filter((event) => event.key === key);
          const history = { ...whole, events: events.map((event, index) => ({ ...event, index })) };
          const hasOne = hasOrder(history, key);
          expect(searchBoth(history)).toMatchObject({ depthFirst: { hasOrder: hasOne }, sweep: { hasOrder: hasOne } });
          if (hasOne) valid += 1;
          else violated += 1;
        }
      },
    ),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 3000 },
  );
  expect(Math.min(valid, violated)).toBeGreaterThan(0);
});

test('starts that were sent again agree with trying all orders, and their events alone are a contradiction', () => {
  let [valid, violated] = [0, 0];
  fc.assert(
    fc.property(retriedStarts, mutationArbitrary, fc.boolean(), (original, mutation, isMutated) => {
      const history = isMutated ? mutateReads(original, mutation) : original;
      const [verdict] = judge(history, ['linearizable']).verdicts;
      const isValid = hasOrder(history, 'x');
      expect(verdict?.violations.length === 0).toBe(isValid);
      // A start that did not complete is known to begin one generation only.
      const isComplete = slowOperations(history).every(({ f, outcome }) => f === 'read' || outcome === 'ok');
      if (!isMutated && isComplete) expect(isValid).toBe(true);
      for (const { events } of verdict?.violations ?? []) expect(hasOrder(cutTo(history, events), 'x')).toBe(false);
      if (isValid) valid += 1;
      else violated += 1;
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 2000 },
  );
  expect(Math.min(valid, violated)).toBeGreaterThan(0);
});

/** Each move takes the next step of a process: two send starts, up to three times before they complete; two read. */
const retriedStarts = fc
  .array(fc.record({ process: fc.nat(3), attempts: fc.integer({ min: 1, max: 3 }), isLost: fc.nat(9) }), {
    maxLength: 40,
    size: 'max',
  })
  .map((moves): History => {
    const events: HistoryEvent[] = [];
    const flight = new Map<number, { left: number; value?: Value }>();
    const lives = [0, 0, 0, 0];
    let generation = 1;
    for (const { process, attempts, isLost } of moves) {
      const f = process < 2 ? 'start' : 'read';
      const actor = { index: events.length, time: 0, process: `p${process}.${lives[process]}`, f, key: 'x' } as const;
      const begun = flight.get(process);
      if (begun === undefined) {
        flight.set(process, { left: f === 'start' ? attempts : 1 });
        events.push({ ...actor, type: 'invoke' });
      } else if (begun.left > 0) {
        begun.left -= 1;
        if (f === 'start') generation += 1;
        begun.value = { generation, progress: 0 };
      } else {
        flight.delete(process);
        if (isLost === 0) lives[process]! += 1;
        events.push(isLost === 0 ? { ...actor, type: 'info' } : { ...actor, type: 'ok', value: begun.value! });
      }
    }
    return { header: undefined, events };
  });

/** Lets a read return what another returned. */
function mutateReads({ header, events }: History, { at, other }: Mutation): History {
  const reads = events.filter(({ f, type }) => f === 'read' && type === 'ok');
  const [one, two] = [reads[at % reads.length], reads[other % reads.length]];
  return { header, events: events.map((event) => (event === one ? { ...event, value: two!.value! } : event)) };
}

test('histories of an atomic register are linearizable, also if values repeat', () => {
  fc.assert(
    fc.property(fc.oneof(atomicHistoryArbitrary('unique'), atomicHistoryArbitrary('repeated')), (history) => {
      expect(judge(history, ['linearizable']).verdicts[0]).toMatchObject({ violations: [] });
      fc.pre(history.events.some(({ f, type }) => f === 'read' && type === 'ok'));
      expect(judge(history, ['linearizable']).valid).toBe(true);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 1000 },
  );
});

test('the events of a violation alone are a contradiction', () => {
  const histories = fc.oneof(atomicHistoryArbitrary('unique'), atomicHistoryArbitrary('repeated'));
  fc.assert(
    fc.property(histories, mutationArbitrary, (original, mutation) => {
      const history = mutate(original, mutation);
      for (const { events, key } of judge(history, ['linearizable']).verdicts[0]?.violations ?? []) {
        const processes = new Set(events.map((index) => history.events[index]?.process));
        expect(processes.size).toBeGreaterThan(0);
        expect(events).toEqual([...new Set(events)].toSorted((a, b) => a - b));
        expect(hasOrder(cutTo(history, events), key)).toBe(false);
      }
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 1000 },
  );
});

/** Keeps only the operations of these events; other writes become lost writes, which explain at least as much. */
function cutTo(history: History, events: readonly number[]): History {
  const isCited = ({ begin, end }: SlowOperation): boolean => events.includes(begin) || events.includes(end);
  const dropped = new Set(
    slowOperations(history).flatMap((each) => (isCited(each) || each.f !== 'read' ? [] : [each.begin, each.end])),
  );
  return { ...history, events: history.events.filter(({ index }) => !dropped.has(index)) };
}

function keysOf({ events }: History): Set<unknown> {
  return new Set(events.filter(({ f }) => f !== 'fault').map(({ key }) => key));
}

interface Step {
  kind: string;
  begin: number;
  end: number;
  /** The event before which it takes effect, if it does at all. */
  until?: number;
  from: number | undefined;
  /** Undefined if it is unknown. */
  value: number | undefined;
}

/** A depth-first search through all orders; the state is the set of applied operations and the value. */
function hasOrder(history: History, key: unknown): boolean {
  const written = slowOperations(history)
    .filter((each) => each.key === key && each.outcome !== 'fail' && (each.f !== 'read' || each.outcome === 'ok'))
    .map((each) => stepOf(history, each));
  const dead = new Set<string>();
  const begin = rank(
    (history.header?.initial ?? (holdsProgress(history.events, key) ? { progress: 0 } : null)) as Value,
  );
  const steps = [...written, ...earlierBeginnings(written, begin)];
  return search(0n, begin);

  function search(done: bigint, state: number | undefined): boolean {
    const left = steps.filter((_, at) => (done & (1n << BigInt(at))) === 0n);
    const deadline = Math.min(...left.map(({ end }) => end));
    if (deadline === Infinity) return true;
    const id = `${done}/${state}`;
    if (dead.has(id)) return false;
    for (const [at, step] of steps.entries()) {
      const bit = 1n << BigInt(at);
      if ((done & bit) !== 0n || step.begin > deadline || !isPossible(step, state)) continue;
      if (step.kind === 'earlier start' && isTooLate(step, done)) continue;
      if (search(done | bit, step.value)) return true;
    }
    dead.add(id);
    return false;
  }

  /**
   * Generations begin in the order of their numbers. Beside a start of an unknown generation, which has no number, an
   * earlier generation is only known to have begun before the first later start completed.
   */
  function isTooLate({ value = 0, until = Infinity }: Step, done: bigint): boolean {
    const past = steps.filter((_, at) => (done & (1n << BigInt(at))) !== 0n);
    const hasUnknown = steps.some(({ kind, value: begun }) => kind === 'start' && begun === undefined);
    if (hasUnknown) return past.some((step) => step.begin > until);
    const starts = past.filter(({ kind }) => kind === 'start' || kind === 'earlier start');
    return starts.some((start) => generationOf(start) > Math.floor(value / 1000));
  }
}

/**
 * Beginnings of generations that were read and that no operation wrote: each may have been written by a start which
 * completed with a later generation, before that generation began.
 */
function earlierBeginnings(steps: readonly Step[], initial: number): Step[] {
  const written = new Set([initial, ...steps.filter(({ kind }) => kind !== 'read').map(({ value }) => value)]);
  const values = steps.filter(({ kind }) => kind === 'read').map(({ value }) => value ?? -1);
  const beginnings = new Set(values.filter((value) => value >= 1000 && value % 1000 === 0 && !written.has(value)));
  return [...beginnings].flatMap((value) => {
    const later = steps.filter(
      (step) => step.kind === 'start' && generationOf(step) > value / 1000 && step.end < Infinity,
    );
    if (later.length === 0) return [];
    const begin = Math.min(...later.map((step) => step.begin));
    const until = Math.min(...later.map((step) => step.end));
    return [{ kind: 'earlier start', begin, end: Infinity, until, from: undefined, value }];
  });
}

function generationOf({ value }: Step): number {
  return Math.floor((value ?? 0) / 1000);
}

function stepOf({ events }: History, { f, begin, end, outcome, value }: SlowOperation): Step {
  const invoke = events.find(({ index }) => index === begin);
  const from = f === 'cas' && Array.isArray(invoke?.value) ? rank(invoke.value[0] as Value) : undefined;
  const isUnknown = f === 'start' && (value === undefined || value === null);
  return { kind: f, begin, end: outcome === 'ok' ? end : Infinity, from, value: isUnknown ? undefined : rank(value) };
}

/** An undefined state is the beginning of the generation that the next read returns. */
function isPossible({ kind, from, value }: Step, state: number | undefined): boolean {
  if (kind === 'read') return state === undefined ? (value ?? 0) >= 1000 && (value ?? 0) % 1000 === 0 : state === value;
  return kind !== 'cas' || from === state;
}
