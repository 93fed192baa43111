import type { TimedFaultKind } from './fault.ts';

/** The load balancer sends nothing to a replica: it restarts, fails its health check, or is being added. */
export const outOfRotation: TimedFaultKind<'out-of-rotation'> = {
  kind: 'out-of-rotation',
  requires: () => 'out-of-rotation',
  async begin(fault, targets) {
    targets.router.setInRotation(fault.replica, false);
    return { end: async () => targets.router.setInRotation(fault.replica, true) };
  },
};
