import { describe } from 'vitest';
import { describeBackend } from '../../../port/backend.case.ts';
import { describeOutages } from '../../outages.case.ts';
import { describePromotion } from '../../promotion.case.ts';
import { simulatedFromMigrations } from '../from-migrations.test-support.ts';

const fromMigrations = simulatedFromMigrations();

describe('the simulated backend without a model', () => {
  describe('as a backend', () => describeBackend(fromMigrations));
  describe('in outages', () => describeOutages(fromMigrations));
  describe('in promotions', () => describePromotion(fromMigrations));
});
