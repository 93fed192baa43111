import fc from 'fast-check';
import { z } from 'zod';
import { later } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, replica } from './fields.ts';

/**
 * The machine of a replica fails: `freeze` lets requests to it hang, `kill` stops it until the fault ends, `restart` stops
 * it and starts it again, `partition` disconnects it from the primary only, so that it continues to answer.
 */
export const outage = defineFault({
  kind: 'outage',
  summary: 'the machine of a replica fails',
  fields: lasting('outage', { how: z.enum(['freeze', 'kill', 'restart', 'partition']), replica }),
  needs: ({ how }) => `outage-${how}`,
  async inflict({ replica: name, how }, targets) {
    const target = targets.replica(name);
    if (target.outage === undefined)
      throw new Error(`${name} does not support outages, although its backend declares them`);
    return { end: await target.outage(how) };
  },
  describe: (fault) => `${fault.replica} ${WORDS[fault.how]}`,
  isMetBy: ({ how, replica: name }, { node, isBehind }) => node === name && (how !== 'partition' || isBehind),
  draw: {
    outage: {
      on: 'replica',
      at: 'commit',
      draw: ({ lags }) =>
        fc
          .record({
            how: fc.constantFrom('partition', 'kill', 'restart', 'freeze'),
            lasts: fc.constantFrom(...lags),
          })
          .map(({ how, lasts }) => (site) => {
            const from = site.moment;
            return { kind: 'outage' as const, how, replica: site.replica, from, until: later(from, lasts) };
          }),
    },
  },
  byHand: {
    options: {
      how: { flag: '--how <outage>', description: 'of an outage: freeze, kill, restart or partition', value: 'text' },
    },
  },
});

const WORDS = {
  freeze: 'is frozen',
  kill: 'is killed',
  restart: 'restarts',
  partition: 'is cut off from the primary',
} as const;
