/**
 * Passes attribution through a server: requests to Supabase that it makes while it handles a request of an actor carry
 * the headers of that request. Loaded into the server's processes by `NODE_OPTIONS=--import …`; it does nothing without
 * RATCHET_SUPABASE_URL. It has no imports but Node's, and changes no request to any other host.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { Server as HttpServer, type ClientRequest, type IncomingMessage } from 'node:http';
import { Server as HttpsServer } from 'node:https';

/** The headers that are passed on; the same names as in `port/message.ts`. */
const NAMES = ['x-ratchet-actor', 'x-ratchet-operation'] as const;

interface UndiciRequest {
  origin: string | URL | undefined;
  addHeader(name: string, value: string): void;
}

const supabase = originOf(process.env['RATCHET_SUPABASE_URL']);
if (supabase !== undefined) passAttribution(supabase);

function passAttribution(origin: string): void {
  const incoming = new AsyncLocalStorage<readonly [name: string, value: string][]>();
  for (const { prototype } of [HttpServer, HttpsServer]) {
    const emit = prototype.emit as (event: string, ...values: unknown[]) => boolean;
    prototype.emit = function (this: HttpServer, event: string, ...values: unknown[]): boolean {
      const passed = event === 'request' ? attributionIn(values[0] as IncomingMessage) : [];
      const handle = (): boolean => emit.call(this, event, ...values);
      return passed.length === 0 ? handle() : incoming.run(passed, handle);
    };
  }
  // The requests of `fetch`, of this Node or of the package undici.
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest };
    if (originOf(request.origin) !== origin) return;
    for (const [name, value] of incoming.getStore() ?? []) request.addHeader(name, value);
  });
  // The requests of `http.request`, on which axios and node-fetch are built.
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.headersSent || originOf(`${request.protocol}//${String(request.getHeader('host'))}`) !== origin) return;
    for (const [name, value] of incoming.getStore() ?? []) request.setHeader(name, value);
  });
}

function attributionIn({ headers }: IncomingMessage): [name: string, value: string][] {
  return NAMES.flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
}

function originOf(url: string | URL | undefined): string | undefined {
  if (url === undefined || !URL.canParse(String(url))) return undefined;
  return new URL(url).origin;
}
