import type { Scenario } from '../harness/index.ts';
import { benign, scenario as laggingReplica } from './lagging-replica.ts';

export const scenario: Scenario = {
  ...laggingReplica,
  name: 'lagging-replica-brief',
  summary: 'polls move to a lagging replica that catches up before three retries are over',
  tags: ['reads'],
  mechanism:
    'As `lagging-replica`, with a lag that retries outlast: three retries after 400, 800 and 1600 ms take 2.8 s, and the replica is behind for 1 s.',
  injects: 'The plan of `lagging-replica`, with another default of `lag_ms`.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'Retries hold here, and only here: see `lagging-replica`.',
  parameters: { lag_ms: { ...laggingReplica.parameters['lag_ms']!, default: 1_000 } },
  // That of `lagging-replica`, with lags of at most 2 s and without `lag-exact`, which lasts longer.
  explore: {
    base: benign,
    range: { deviations: ['http-route', 'lag-timed', 'out-of-rotation', 'routing'], lagMsMax: 2_000 },
  },
};
