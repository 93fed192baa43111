/**
 * Tells the gateway which actor a request belongs to, without the application's knowledge. While an operation of an
 * actor runs, the requests of modules in this process to the gateway carry two headers. A server gets them with the
 * requests of the actor, and `register/register.ts`, which is loaded into its processes, passes them on; a server that
 * is not Node may pass on `baggage`.
 */
import { pathToFileURL } from 'node:url';
import { ACTOR_BAGGAGE, ACTOR_HEADER, OPERATION_BAGGAGE, OPERATION_HEADER } from '../port/message.ts';
import { systemFailure } from '../system-failure.ts';
import { currentInstance, currentOperation, type Operation } from '../async-context.ts';
import { ownProgram } from '../own-program.ts';

let installed = false;

/** Wraps the global fetch once. Requests outside of an operation, or to other hosts, are not changed. */
export function tagRequests(): void {
  if (installed) return;
  installed = true;
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const instance = currentInstance();
    if (instance?.isDead === true) return new Promise(() => undefined);
    const attribution = currentOperation();
    const url = typeof input === 'string' || input instanceof URL ? String(input) : input.url;
    if (attribution === undefined || !url.startsWith(attribution.gatewayUrl)) return original(input, init);
    const send = tagged(original, attribution);
    return instance?.fetchCache === undefined ? send(input, init) : instance.fetchCache.fetch(input, init, send);
  };
}

function tagged(original: typeof fetch, attribution: Readonly<Operation>): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(ACTOR_HEADER, attribution.actor);
    headers.set(OPERATION_HEADER, attribution.operation);
    return original(input, { ...init, headers }).catch((error: unknown) => {
      const failure = systemFailure(error);
      if (failure !== undefined) failed?.(failure);
      throw error;
    });
  };
}

let failed: ((failure: Error) => void) | undefined;

/** Sets who is told when a request to the gateway meets a limit of the system: the application answers as if Supabase failed. */
export function onNetworkFailure(listener: (failure: Error) => void): void {
  failed = listener;
}

type GivenHeaders = ConstructorParameters<typeof Headers>[0];

/** The headers of a request for the current operation: those given, which go first, and the session of the actor. */
export function headersOfActor(given?: GivenHeaders): Headers {
  const headers = new Headers(given);
  for (const [name, value] of Object.entries(currentOperation()?.credentials ?? {})) {
    if (!headers.has(name)) headers.set(name, value);
  }
  return headers;
}

/** Also the attribution, by headers of our own and as W3C baggage, for a request to a server. */
export function headersForServer(given?: GivenHeaders): Headers {
  const headers = headersOfActor(given);
  const operation = currentOperation();
  if (operation === undefined) return headers;
  headers.set(ACTOR_HEADER, operation.actor);
  headers.set(OPERATION_HEADER, operation.operation);
  const members = [
    `${ACTOR_BAGGAGE}=${encodeURIComponent(operation.actor)}`,
    `${OPERATION_BAGGAGE}=${encodeURIComponent(operation.operation)}`,
  ];
  headers.append('baggage', members.join(','));
  return headers;
}

/** The environment of a server, with which its Node processes pass attribution on to its Supabase. */
export function attributingEnvironment(environment: NodeJS.ProcessEnv, supabaseUrl: string): NodeJS.ProcessEnv {
  const register = pathToFileURL(ownProgram('../register/register.ts', import.meta.url)).href;
  const options = [environment['NODE_OPTIONS'], `--import ${register}`].filter(Boolean).join(' ');
  return { ...environment, NODE_OPTIONS: options, RATCHET_SUPABASE_URL: supabaseUrl };
}
