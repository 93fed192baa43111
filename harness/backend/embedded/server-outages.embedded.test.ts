import { describe } from 'vitest';
import { describeOutages } from '../outages.case.ts';
import { embeddedBackend } from './embedded.ts';

describe('servers that fail', () => describeOutages(embeddedBackend));
