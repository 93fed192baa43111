/** Ratchet's own scenarios, for tests: `import { laggingReplica } from 'ratchet/scenarios'`. */
export { scenario as ambiguousWrite } from './ambiguous-write.ts';
export { scenario as concurrentGenerations } from './concurrent-generations.ts';
export { scenario as failoverLostTail } from './failover-lost-tail.ts';
export { scenario as laggingReplica } from './lagging-replica.ts';
export { scenario as laggingReplicaBrief } from './lagging-replica-brief.ts';
export { scenario as racingWriters } from './racing-writers.ts';
export { scenario as restart } from './restart.ts';
export { scenario as unequalReplicas } from './unequal-replicas.ts';
export { scenario as clockSkew } from './clock-skew.ts';
export { scenario as doubleSubmit } from './double-submit.ts';
export { scenario as errorAsZero } from './error-as-zero.ts';
export { scenario as lateEvent } from './late-event.ts';
export { scenario as overtakenPoll } from './overtaken-poll.ts';
export { scenario as stalledWorker } from './stalled-worker.ts';
export { scenario as stickyWindow } from './sticky-window.ts';
export { scenario as otherDevice } from './other-device.ts';
export { scenario as verifyThenRewrite } from './verify-then-rewrite.ts';
