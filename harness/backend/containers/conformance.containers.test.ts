import { describe } from 'vitest';
import { describeBackend } from '../../port/backend.case.ts';
import { containersBackend } from './containers.ts';

describe('the containers backend', () => {
  describeBackend(containersBackend);
});
