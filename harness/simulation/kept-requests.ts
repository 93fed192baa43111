/**
 * Node's `Request` lets its signal follow the one that it was given only until the request is garbage, and when that is
 * must not change a run: in a simulation, requests that follow a signal are kept until its end.
 */
import { currentWorld } from './world.ts';

const RealRequest = globalThis.Request;
const realClone = RealRequest.prototype.clone;

/** The real one, but that what it makes is kept. */
export const KeptRequest = new Proxy(RealRequest, {
  construct(target, args: ConstructorParameters<typeof Request>, newTarget) {
    const request = Reflect.construct(target, args, newTarget) as Request;
    const [input, init] = args;
    if (init?.signal || input instanceof RealRequest) currentWorld()?.kept.push(request);
    return request;
  },
});

/** A clone loses its signal even earlier, so that one of it is made that follows the signal of the original. */
export function keptClone(this: Request): Request {
  const clone = Reflect.apply(realClone, this, []);
  return currentWorld() === undefined ? clone : new KeptRequest(clone, { signal: this.signal });
}
