import { describe } from 'vitest';
import { describeOutages } from '../outages.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('outages of embedded servers', () => describeOutages(embeddedBackend));
