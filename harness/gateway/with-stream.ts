/** Puts Realtime beside the databases: its sockets, and its endpoint for broadcasts. */
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import type { StreamServer } from '../port/stream.ts';
import type { ServedGateway } from './gateway-server.ts';

/** @param broadcast answers requests to the endpoint; `undefined` for any other request */
export function withStream(
  gateway: ServedGateway,
  stream: StreamServer,
  broadcast: (request: HttpMessage) => HttpAnswer | undefined,
): ServedGateway {
  return {
    ...gateway,
    handle: (request) => broadcast(request) ?? gateway.handle(request),
    stream,
  };
}
