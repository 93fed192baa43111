/** Puts Realtime beside the databases: its sockets, and its endpoint for broadcasts. */
import type { StreamServer } from '../port/stream.ts';
import type { ServedGateway } from './gateway-server.ts';

export function withStream(gateway: ServedGateway, stream: StreamServer): ServedGateway {
  return {
    ...gateway,
    handle: (request) => stream.http(request) ?? gateway.handle(request),
    stream,
  };
}
