/**
 * Node's `Request` lets its signal follow the one that it was given only until the request is garbage, and when that is
 * must not change a run: in a simulation, requests that follow a signal are kept until its end.
 */
import { currentWorld } from './world.ts';

const RealRequest = globalThis.Request;
const realClone = RealRequest.prototype.clone;

/** The real one, but that what it makes is kept. A function, since a proxy takes several times as long to construct. */
export const KeptRequest = makesKept as unknown as typeof Request;

function makesKept(...args: ConstructorParameters<typeof Request>): Request {
  const request =
    new.target === makesKept ? new RealRequest(...args) : (Reflect.construct(RealRequest, args, new.target) as Request);
  const [input, init] = args;
  if (init?.signal || input instanceof RealRequest) currentWorld()?.kept.push(request);
  return request;
}

// `instanceof`, `name` and `length` are those of the real one, and classes can extend it.
Object.setPrototypeOf(makesKept, RealRequest);
Object.defineProperties(makesKept, {
  prototype: { value: RealRequest.prototype },
  name: { value: RealRequest.name },
  length: { value: RealRequest.length },
});

/** A clone loses its signal even earlier, so that one of it is made that follows the signal of the original. */
export function keptClone(this: Request): Request {
  const clone = Reflect.apply(realClone, this, []);
  return currentWorld() === undefined ? clone : new KeptRequest(clone, { signal: this.signal });
}
