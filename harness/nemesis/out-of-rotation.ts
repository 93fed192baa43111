import type { TimedFaultKind } from './nemesis.ts';

/** The load balancer sends nothing to a replica: it restarts, fails its health check, or is being added. */
export const outOfRotation: TimedFaultKind<'out-of-rotation'> = {
  kind: 'out-of-rotation',
  requires: () => 'out-of-rotation',
  async begin(fault, arena) {
    arena.router.setInRotation(fault.replica, false);
    return { end: async () => arena.router.setInRotation(fault.replica, true) };
  },
};
