import { describeLibraries } from './libraries.case.ts';

describeLibraries('simulated');
