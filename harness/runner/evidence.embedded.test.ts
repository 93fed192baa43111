import { describeEvidence } from './evidence.case.ts';

describeEvidence('embedded');
