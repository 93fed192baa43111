import fc from 'fast-check';
import { z } from 'zod';
import { START } from './drawing.ts';
import { defineFault } from './fault.ts';
import { instance, lasting } from './fields.ts';

/** The date that the code of an application instance reads is wrong by `offset_ms`. Its timers are correct. */
export const clockSkew = defineFault({
  kind: 'clock-skew',
  summary: 'an instance of the application reads a wrong date',
  fields: lasting('clock-skew', {
    instance,
    offset_ms: z.int().min(-315_360_000_000).max(315_360_000_000),
  }),
  subjectNeeds: 'clock-skew',
  needs: () => undefined,
  appliesDuringStart: true,
  async inflict({ instance: number, offset_ms: offsetMs }, { appClock }) {
    const clock = appClock(number);
    clock.offsetMs += offsetMs;
    return {
      async end() {
        clock.offsetMs -= offsetMs;
      },
    };
  },
  describe({ instance: number, offset_ms: offset }) {
    return `the clock of instance ${number} is ${Math.abs(offset) / 1e3} s ${offset < 0 ? 'behind' : 'ahead'}`;
  },
  draw: {
    'clock-skew': {
      on: 'instance',
      at: 'start',
      draw: () =>
        fc.constantFrom(...BEYOND_CACHES_MS).map((offset) => (site) => ({
          kind: 'clock-skew' as const,
          instance: site.instance,
          offset_ms: offset,
          from: START,
        })),
    },
  },
  *shrink(fault) {
    for (const smaller of ROUND_OFFSETS_MS) {
      if (Math.abs(smaller) < Math.abs(fault.offset_ms)) yield { ...fault, offset_ms: smaller };
    }
  },
});

/** Longer than the lifetime of common caches and tokens. */
const BEYOND_CACHES_MS = [60_000, -60_000, 600_000, -600_000, 86_400_000, -86_400_000] as const;
/** Round values, the smallest first. */
const ROUND_OFFSETS_MS = [1_000, -1_000, 60_000, -60_000, 3_600_000, -3_600_000];
