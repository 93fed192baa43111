import { describe } from 'vitest';
import { describeBackend } from '../../port/backend.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('the embedded backend', () => {
  describeBackend(embeddedBackend);
});
