import { describeParticipants } from './participants.case.ts';

describeParticipants('simulated');
