import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/event.ts';
import { playFaults } from '../faults/fault-play.case.ts';
import { judgeRun } from './judgement.ts';

/** The faults of requests end before the final look, also those whose ordinal it would have, on any backend. */
export function describeFinalLook(backend: string): void {
  describe(`the final look on ${backend}`, () => {
    it.each([
      { kind: 'http-drop', at: 'gateway', methods: ['GET', 'POST'] },
      { kind: 'http-lose-response', at: 'gateway', methods: ['GET', 'POST'] },
      { kind: 'http-drop', at: 'edge', methods: ['GET'] },
    ] as const)(
      'is answered after a $kind of every request by its number at the $at',
      async ({ kind, at, methods }) => {
        const faults = methods.flatMap((method) =>
          Array.from({ length: REQUESTS_MAX }, (_, i) => ({
            kind,
            match: { at, actor: 'tab-1', method, nth: i + 1 },
          })),
        );
        const events = await playFaults({
          backend,
          subject: 'guarded',
          faults,
          steps: [10, 100].map((progress) => ({ progress, after_ms: 60 })),
          more: { allows: ['fault-unused'] },
        });
        // The tab polls on from the end of the faults until the final look.
        const lastFault = events.findLastIndex(({ fault }) => fault === kind);
        const typesOf = (some: readonly HistoryEvent[]): (string | undefined)[] =>
          some.filter(({ f, type }) => f === 'read' && type !== 'invoke').map(({ type }) => type);
        expect(new Set(typesOf(events.slice(0, lastFault)))).toEqual(new Set(['fail']));
        expect(typesOf(events).at(-1)).toBe('ok');
        const { verdicts } = judgeRun({ header: undefined, events }, ['convergence', 'availability'], {
          finalLookAnswered: true,
        });
        expect(verdicts.map(({ property, valid }) => [property, valid])).toEqual([
          ['convergence', true],
          ['availability', true],
        ]);
      },
    );
  });
}

/** More than are sent for the tab in a run, also on a busy machine: the application sends each read several times. */
const REQUESTS_MAX = 400;
