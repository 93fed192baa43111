import { describe } from 'vitest';
import { embeddedBackend } from '../backend/embedded/embedded.ts';
import { describeRealtime } from './realtime.case.ts';
import { really } from './realtime-environment.case.ts';

describe('Realtime at the gateway', () => {
  const run = really(embeddedBackend);
  describeRealtime(() => run);
});
