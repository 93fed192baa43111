import { describe } from 'vitest';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { describeRealtime, virtually } from './realtime.case.ts';

describe('Realtime in virtual time', () => {
  const run = virtually(simulatedBackend);
  describeRealtime(() => run);
});
