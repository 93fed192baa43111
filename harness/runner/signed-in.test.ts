import { describeSignedIn } from './signed-in.case.ts';

describeSignedIn('simulated');
