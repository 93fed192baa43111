import { describe } from 'vitest';
import { embeddedBackend } from '../backend/embedded/embedded.ts';
import { describeRealtime, describeRealtimePromotion, describeRealtimeServerFaults } from './realtime.case.ts';
import { really } from './realtime-environment.case.ts';
import { describeRealtimeOfPostgres } from './realtime-of-postgres.case.ts';

describe('Realtime at the gateway', () => {
  const run = really(embeddedBackend);
  describeRealtime(() => run);
  describeRealtimeServerFaults(() => run);
  describeRealtimeOfPostgres(() => run);
});

describe('Realtime at the gateway of a primary that is lost', () => {
  const run = really(embeddedBackend, 1);
  describeRealtimePromotion(() => run);
});
