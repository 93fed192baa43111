import fc from 'fast-check';
import { START } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, replica } from './fields.ts';

/** The load balancer sends no requests to a replica, as during a restart or while its health check fails. */
export const outOfRotation = defineFault({
  kind: 'out-of-rotation',
  summary: 'the load balancer sends no requests to a replica',
  fields: lasting('out-of-rotation', { replica }),
  needs: () => 'out-of-rotation',
  async inflict(fault, { router }) {
    router.setInRotation(fault.replica, false);
    return { end: async () => router.setInRotation(fault.replica, true) };
  },
  describe: (fault) => `${fault.replica} out of rotation`,
  draw: {
    'out-of-rotation': {
      on: 'replica',
      at: 'commit',
      draw: () =>
        fc.constant((site) => ({
          kind: 'out-of-rotation' as const,
          replica: site.replica,
          from: START,
          until: site.moment,
        })),
    },
  },
  byHand: {},
});
