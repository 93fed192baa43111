import { describeHttpRetry } from './http-retry.case.ts';

describeHttpRetry('embedded');
