import { describeHttpWindow } from './http-window.case.ts';

describeHttpWindow('simulated');
