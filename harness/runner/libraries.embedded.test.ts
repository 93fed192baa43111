import { describeLibraries } from './libraries.case.ts';

describeLibraries('embedded');
