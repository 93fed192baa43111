import { describe } from 'vitest';
import { describeBackend } from '../backend.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('the embedded backend', () => {
  describeBackend(embeddedBackend);
});
