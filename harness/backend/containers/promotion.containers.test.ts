import { describe } from 'vitest';
import { describePromotion } from '../promotion.case.ts';
import { containersBackend } from './containers.ts';

describe('the loss of a primary in a container', () => describePromotion(containersBackend));
