/** The registry of faults: one line each. */
import type { Capability } from '../port/backend.ts';
import type { HttpFault } from '../gateway/gateway.ts';
import type { Fault, FaultOf } from '../plan/faults.ts';
import { clockSkew } from './clock-skew.ts';
import { httpDelay } from './http-delay.ts';
import { httpDrop } from './http-drop.ts';
import { httpError } from './http-error.ts';
import { httpLoseResponse } from './http-lose-response.ts';
import { httpRoute } from './http-route.ts';
import { lag } from './lag.ts';
import type { FaultTargets, Hold, HttpFaultKind, RequestFault, TimedFault, TimedFaultKind } from './fault.ts';
import { outage } from './outage.ts';
import { outOfRotation } from './out-of-rotation.ts';
import { promotion } from './promotion.ts';

const timedFaults: { readonly [Kind in TimedFault['kind']]: TimedFaultKind<Kind> } = {
  lag,
  'out-of-rotation': outOfRotation,
  outage,
  promotion,
  'clock-skew': clockSkew,
};

const requestFaults: { readonly [Kind in RequestFault['kind']]: HttpFaultKind<Kind> } = {
  'http-delay': httpDelay,
  'http-drop': httpDrop,
  'http-lose-response': httpLoseResponse,
  'http-error': httpError,
  'http-route': httpRoute,
};

/** The names of all kinds. */
export const FAULT_KINDS = Object.keys({ ...timedFaults, ...requestFaults }) as Fault['kind'][];

export function isRequestFault(fault: Fault): fault is RequestFault {
  return fault.kind in requestFaults;
}

export function requiredCapability(fault: Fault): Capability {
  return isRequestFault(fault) ? requestFaults[fault.kind].requires : timedKind(fault).requires(fault);
}

/** Resolves once the fault has taken hold. */
export function beginFault(fault: TimedFault, targets: FaultTargets): Promise<Hold> {
  return timedKind(fault).begin(fault, targets);
}

export function inflictFault(fault: RequestFault): HttpFault {
  return (requestFaults[fault.kind] as HttpFaultKind<RequestFault['kind']>).inflict(fault as FaultOf<'http-delay'>);
}

/** The kind of a fault, typed for any fault of that union. */
function timedKind<F extends TimedFault>(fault: F): TimedFaultKind<F['kind']> {
  return timedFaults[fault.kind] as unknown as TimedFaultKind<F['kind']>;
}
