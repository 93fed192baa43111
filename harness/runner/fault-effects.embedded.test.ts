import { describeFaultEffects } from './fault-effects.case.ts';

describeFaultEffects('embedded');
