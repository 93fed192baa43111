import { describe } from 'vitest';
import { describeBackend } from '../../../port/backend.case.ts';
import type { Backend, PreparedDatabase } from '../../../port/backend.ts';
import { describeOutages } from '../../outages.case.ts';
import { describePromotion } from '../../promotion.case.ts';
import { simulatedBackend } from '../simulated.ts';

let prepared: Promise<PreparedDatabase> | undefined;

/** The same suites without the model: the databases are made from the migrations. */
const fromMigrations: Backend = {
  ...simulatedBackend,
  async start(options) {
    const { simulation } = options;
    const database = await (prepared ??= simulatedBackend.prepare!(options));
    return simulatedBackend.start({
      ...options,
      migrations: [],
      simulation: { ...simulation!, model: undefined, database },
    });
  },
};

describe('the simulated backend without a model', () => {
  describe('as a backend', () => describeBackend(fromMigrations));
  describe('in outages', () => describeOutages(fromMigrations));
  describe('in promotions', () => describePromotion(fromMigrations));
});
