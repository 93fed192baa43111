import { describeHttpLate } from './http-late.case.ts';

describeHttpLate('simulated');
