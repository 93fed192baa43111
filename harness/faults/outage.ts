import type { TimedFaultKind } from './fault.ts';

/** The machine of a replica fails, rather than its replication: it freezes, is killed, restarts, or is cut off. */
export const outage: TimedFaultKind<'outage'> = {
  kind: 'outage',
  requires: (fault) => `outage-${fault.how}`,
  async begin({ replica: name, how }, targets) {
    const replica = targets.replica(name);
    if (replica.outage === undefined) throw new Error(`${name} has no outages, though its backend can do them`);
    return { end: await replica.outage(how) };
  },
};
