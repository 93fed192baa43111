import { describe } from 'vitest';
import { describePromotion } from '../promotion.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('the loss of an embedded primary', () => describePromotion(embeddedBackend));
