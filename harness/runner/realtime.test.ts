import { describe } from 'vitest';
import { preparedFromMigrations } from '../backend/simulated/from-migrations.test-support.ts';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { describeRealtime, describeRealtimePromotion, describeRealtimeServerFaults } from './realtime.case.ts';
import { realtimeOptions, virtually } from './realtime-environment.case.ts';
import { describeRealtimeOfPostgres } from './realtime-of-postgres.case.ts';

describe('Realtime in virtual time', () => {
  const run = virtually(simulatedBackend);
  describeRealtime(() => run);
  describeRealtimeServerFaults(() => run);
});

describe('Realtime in virtual time of a primary that is lost', () => {
  const run = virtually(simulatedBackend, 1);
  describeRealtimePromotion(() => run);
});

const fromMigrations = await preparedFromMigrations(realtimeOptions(1));

describe('Realtime in virtual time, from migrations', () => {
  const run = virtually(fromMigrations);
  describeRealtime(() => run);
  describeRealtimeServerFaults(() => run);
  describeRealtimeOfPostgres(() => run);
  describe('of a primary that is lost', () => describeRealtimePromotion(() => virtually(fromMigrations, 1)));
});
