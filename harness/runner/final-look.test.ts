import { describeFinalLook } from './final-look.case.ts';

describeFinalLook('simulated');
