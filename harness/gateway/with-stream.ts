/** Puts Realtime beside the databases: its sockets, and its endpoint for broadcasts. */
import type { StreamServer } from '../port/stream.ts';
import type { ServedGateway } from './gateway-server.ts';

/** @param stream without one, the gateway stays as it is */
export function withStream(gateway: ServedGateway, stream: StreamServer | undefined): ServedGateway {
  if (stream === undefined) return gateway;
  return {
    ...gateway,
    handle: (request) => stream.http(request) ?? gateway.handle(request),
    stream,
  };
}
