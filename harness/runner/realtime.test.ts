import { describe } from 'vitest';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { describeRealtime } from './realtime.case.ts';
import { virtually } from './realtime-environment.case.ts';

describe('Realtime in virtual time', () => {
  const run = virtually(simulatedBackend);
  describeRealtime(() => run);
});
