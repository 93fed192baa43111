/** How k6 drives the tabs, one entry per profile. */

/** A scenario of k6. Users of the package do not have the types of k6. */
interface K6Scenario {
  executor: string;
  [option: string]: unknown;
}

export interface LoadShape {
  tabs: number;
  durationMs: number;
  /** Of one tab, from one poll to the next. */
  everyMs: number;
  /** Polls in a second, of all tabs together. */
  rate: number;
}

interface Profile {
  /** For `--help`. */
  summary: string;
  defaultDurationMs: number;
  describe(shape: LoadShape): string;
  scenario(shape: LoadShape): K6Scenario;
  /** Whether the rate decides when a tab polls, and not its own interval. */
  isPacedByRate?: true;
}

const MINUTE_MS = 60_000;

export const profiles: Readonly<Record<'steady' | 'ramp' | 'rate' | 'soak', Profile>> = {
  steady: {
    summary: 'all tabs from the start',
    defaultDurationMs: MINUTE_MS / 2,
    describe: ({ tabs, everyMs }) => `${tabs} tabs that poll every ${everyMs} ms`,
    scenario: ({ tabs, durationMs }) => ({
      executor: 'constant-vus',
      vus: tabs,
      duration: `${durationMs}ms`,
      gracefulStop: '5s',
    }),
  },
  ramp: {
    summary: 'more and more tabs until the end',
    defaultDurationMs: MINUTE_MS,
    describe: ({ tabs, everyMs }) => `up to ${tabs} tabs that poll every ${everyMs} ms`,
    scenario: ({ tabs, durationMs }) => ({
      executor: 'ramping-vus',
      startVUs: 1,
      stages: [{ duration: `${durationMs}ms`, target: tabs }],
      gracefulRampDown: '5s',
      gracefulStop: '5s',
    }),
  },
  rate: {
    summary: 'a constant rate of polls, however long they take',
    defaultDurationMs: MINUTE_MS / 2,
    isPacedByRate: true,
    describe: ({ tabs, rate }) => `${rate} polls per second by ${tabs} tabs`,
    scenario: ({ tabs, durationMs, rate }) => ({
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: `${durationMs}ms`,
      preAllocatedVUs: tabs,
      maxVUs: tabs,
      gracefulStop: '5s',
    }),
  },
  soak: {
    summary: 'all tabs for half an hour',
    defaultDurationMs: 30 * MINUTE_MS,
    describe: ({ tabs, everyMs }) => `${tabs} tabs that poll every ${everyMs} ms`,
    scenario: (shape) => profiles.steady.scenario(shape),
  },
};

export type ProfileName = keyof typeof profiles;
export const PROFILE_NAMES = Object.keys(profiles) as ProfileName[];
