import { describeTrial } from './try-subject.case.ts';

describeTrial('simulated');
