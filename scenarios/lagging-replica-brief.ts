import type { Scenario } from '../harness/index.ts';
import { benign, scenario as laggingReplica } from './lagging-replica.ts';

/** The same lag, over before the retries of the fix are spent: 1 s of its 2.8 s. */
export const scenario: Scenario = {
  ...laggingReplica,
  name: 'lagging-replica-brief',
  summary: 'the same, but the replica catches up within the retry budget of the fix',
  parameters: { lag_ms: { ...laggingReplica.parameters['lag_ms']!, default: 1_000 } },
  explore: {
    base: benign,
    range: { deviations: ['http-route', 'lag-timed', 'out-of-rotation', 'routing'], lagMsMax: 2_000 },
  },
};
