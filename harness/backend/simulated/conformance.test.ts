import { describe } from 'vitest';
import { describeBackend } from '../../port/backend.case.ts';
import { describeOutages } from '../outages.case.ts';
import { describePromotion } from '../promotion.case.ts';
import { simulatedBackend } from './simulated.ts';

describe('the simulated backend', () => {
  describeBackend(simulatedBackend);
  describeOutages(simulatedBackend);
  describePromotion(simulatedBackend);
});
