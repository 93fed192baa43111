import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { atomicHistoryArbitrary, mutate, mutationArbitrary } from '../history/atomic-history.test-support.ts';
import type { History, Value } from '../history/event.ts';
import { disagreement, holdsProgress, rank, slowOperations } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';
import { judge } from './compose.ts';

test('linearizable agrees with trying all orders of the operations of each key', () => {
  const found = disagreement('linearizable', (history) => [...keysOf(history)].every((key) => hasOrder(history, key)));
  expect(found).toBeUndefined();
});

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
  from: number | undefined;
  /** Undefined if it is unknown. */
  value: number | undefined;
}

/** A depth-first search through all orders; the state is the set of applied operations and the value. */
function hasOrder(history: History, key: unknown): boolean {
  const steps = slowOperations(history)
    .filter((each) => each.key === key && each.outcome !== 'fail' && (each.f !== 'read' || each.outcome === 'ok'))
    .map((each) => stepOf(history, each));
  const dead = new Set<string>();
  const begin = history.header?.initial ?? (holdsProgress(history.events, key) ? { progress: 0 } : null);
  return search(0n, rank(begin as Value));

  function search(done: bigint, state: number | undefined): boolean {
    const left = steps.filter((_, at) => (done & (1n << BigInt(at))) === 0n);
    const deadline = Math.min(...left.map(({ end }) => end));
    if (deadline === Infinity) return true;
    const id = `${done}/${state}`;
    if (dead.has(id)) return false;
    for (const [at, step] of steps.entries()) {
      const bit = 1n << BigInt(at);
      if ((done & bit) !== 0n || step.begin > deadline || !isPossible(step, state)) continue;
      if (search(done | bit, step.value)) return true;
    }
    dead.add(id);
    return false;
  }
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
