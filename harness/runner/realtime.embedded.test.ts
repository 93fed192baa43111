import { describe } from 'vitest';
import { embeddedBackend } from '../backend/embedded/embedded.ts';
import { describeRealtime, really } from './realtime.case.ts';

describe('Realtime at the gateway', () => {
  const run = really(embeddedBackend);
  describeRealtime(() => run);
});
