/** What a scenario is about: reads that are old or out of order, writes that go back, values that are no progress, failover, streams. */
export const SCENARIO_TAGS = ['reads', 'writes', 'values', 'failover', 'stream'] as const;
export type ScenarioTag = (typeof SCENARIO_TAGS)[number];
