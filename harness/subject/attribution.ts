/**
 * Tells the gateway which actor a request belongs to, without the application's knowledge: while an operation of an
 * actor runs, requests to the gateway carry two headers. Works for subjects that run in this process.
 */
import { ACTOR_HEADER, OPERATION_HEADER } from '../port/message.ts';
import { currentInstance, currentOperation } from '../async-context.ts';

let installed = false;

/** Wraps the global fetch once. Requests outside of an operation, or to other hosts, are not changed. */
export function tagRequests(): void {
  if (installed) return;
  installed = true;
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    if (currentInstance()?.isDead === true) return new Promise(() => undefined);
    const attribution = currentOperation();
    const url = typeof input === 'string' || input instanceof URL ? String(input) : input.url;
    if (attribution === undefined || !url.startsWith(attribution.gatewayUrl)) return original(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(ACTOR_HEADER, attribution.actor);
    headers.set(OPERATION_HEADER, attribution.operation);
    return original(input, { ...init, headers });
  };
}
