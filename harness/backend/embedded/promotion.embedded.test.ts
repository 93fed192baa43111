import { describe } from 'vitest';
import { describePromotion } from '../promotion.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('a primary that is lost', () => describePromotion(embeddedBackend));
