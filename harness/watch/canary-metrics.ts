/** The port to whatever collects the numbers of a canary. docs/CANARY.md lists them. */
import type { CanaryProperty } from './canary-memory.ts';
import type { PollOutcome } from './watched-app.ts';

/** The values of a metric's attribute. */
export const SUBSCRIPTION_STATES = ['joined', 'broken'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export interface CanaryMetrics {
  /** @param seconds until the answer, or until it was given up */
  polled(outcome: PollOutcome, seconds: number): void;
  /** @param seconds for how long a newer value had been known when the read began */
  stale(seconds: number): void;
  referenceRead(outcome: 'ok' | 'error'): void;
  /** A row was pushed. */
  changed(): void;
  /** How many subscriptions are in effect, and how many are not. */
  subscriptions(counts: Readonly<Record<SubscriptionState, number>>): void;
  /** Also called with 0 at the start, so that the first reversion is an increase. */
  reverted(property: CanaryProperty, count: number): void;
  /** How many views are below an earlier value. */
  open(property: CanaryProperty, count: number): void;
  close(): Promise<void>;
}

export const noMetrics: CanaryMetrics = {
  polled: () => undefined,
  stale: () => undefined,
  referenceRead: () => undefined,
  changed: () => undefined,
  subscriptions: () => undefined,
  reverted: () => undefined,
  open: () => undefined,
  close: async () => undefined,
};
