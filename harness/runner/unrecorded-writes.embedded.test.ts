import { describeUnrecordedWrites, WAYS_BY_REST, WAYS_BY_SQL } from './unrecorded-writes.case.ts';

describeUnrecordedWrites('embedded', [...WAYS_BY_REST, ...WAYS_BY_SQL]);
