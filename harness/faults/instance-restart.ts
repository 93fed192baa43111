import fc from 'fast-check';
import { shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { instance, milliseconds, momentary } from './fields.ts';

/**
 * An instance of the application is killed and started again: its memory and its work in progress are lost, and it refuses
 * connections while it is down.
 */
export const instanceRestart = defineFault({
  kind: 'instance-restart',
  summary: 'an instance of the application is killed and started again',
  fields: momentary('instance-restart', { instance, down_ms: milliseconds.default(0) }),
  subjectNeeds: 'instance-restart',
  needs: () => undefined,
  async inflict({ instance: number, down_ms: downMs }, targets) {
    await targets.restartInstance(number, downMs);
    return { end: async () => undefined };
  },
  describe: ({ instance: number, down_ms: ms }) => `instance ${number} is killed and up again ${ms} ms later`,
  draw: {
    'instance-restart': {
      on: 'instance',
      at: 'commit',
      draw: () =>
        fc.constantFrom(0, 300, 1_000).map((down) => ({ instance: number, moment }) => ({
          kind: 'instance-restart' as const,
          instance: number,
          down_ms: down,
          from: moment,
        })),
    },
  },
  shrink: (fault) => shorter(fault, 'down_ms', [0]),
});
