/**
 * Tells the gateway who makes a request, without the application's knowledge: while an operation of an
 * actor runs, requests to the gateway carry two headers. Works for subjects that run in this process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ACTOR_HEADER, OPERATION_HEADER } from '../backend/gateway/server.ts';

interface Attribution {
  actor: string;
  operation: string;
  gatewayUrl: string;
}

const current = new AsyncLocalStorage<Attribution>();
let installed = false;

export function attributed<T>(attribution: Attribution, run: () => Promise<T>): Promise<T> {
  return current.run(attribution, run);
}

/** On whose behalf the caller runs, if any. */
export function currentAttribution(): Readonly<Attribution> | undefined {
  return current.getStore();
}

/** Wraps the global fetch once; a request outside of an operation, or to elsewhere, passes untouched. */
export function tagRequests(): void {
  if (installed) return;
  installed = true;
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const attribution = current.getStore();
    const url = typeof input === 'string' || input instanceof URL ? String(input) : input.url;
    if (attribution === undefined || !url.startsWith(attribution.gatewayUrl)) return original(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(ACTOR_HEADER, attribution.actor);
    headers.set(OPERATION_HEADER, attribution.operation);
    return original(input, { ...init, headers });
  };
}
