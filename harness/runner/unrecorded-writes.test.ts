import { describeUnrecordedWrites, WAYS_BY_REST } from './unrecorded-writes.case.ts';

describeUnrecordedWrites('simulated', WAYS_BY_REST);
