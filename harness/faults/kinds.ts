/** All kinds of faults, one line each. */
export { clockSkew } from './clock-skew.ts';
export { httpDelay } from './http-delay.ts';
export { httpDrop } from './http-drop.ts';
export { httpError } from './http-error.ts';
export { httpLate } from './http-late.ts';
export { httpLoseResponse } from './http-lose-response.ts';
export { httpRetry } from './http-retry.ts';
export { httpRoute } from './http-route.ts';
export { httpWindow } from './http-window.ts';
export { instanceRestart } from './instance-restart.ts';
export { lag } from './lag.ts';
export { lateRow } from './late-row.ts';
export { outOfRotation } from './out-of-rotation.ts';
export { outage } from './outage.ts';
export { promotion } from './promotion.ts';
export { tabMove } from './tab-move.ts';
export { tabReload } from './tab-reload.ts';
