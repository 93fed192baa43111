import { describe } from 'vitest';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { describeRealtime, describeRealtimePromotion } from './realtime.case.ts';
import { virtually } from './realtime-environment.case.ts';

describe('Realtime in virtual time', () => {
  const run = virtually(simulatedBackend);
  describeRealtime(() => run);
});

describe('Realtime in virtual time of a primary that is lost', () => {
  const run = virtually(simulatedBackend, 1);
  describeRealtimePromotion(() => run);
});
