import { describeCacheHelpers } from './cache-helpers.case.ts';

describeCacheHelpers('simulated');
