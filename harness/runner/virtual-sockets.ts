/** The network between the sockets of a simulation and Realtime: in order in each direction, with a latency each way. */
import type { ServedGateway } from '../gateway/gateway-server.ts';
import { STREAM_ACTOR, type StreamSocket } from '../port/stream.ts';
import type { VirtualConnect } from '../simulation/virtual-connection.ts';
import type { World } from '../simulation/world.ts';

const ABNORMAL = 1006;

/** @param latencyNs draws the latency of a message on a link, in nanoseconds */
export function connectTo(gateway: ServedGateway, world: World, latencyNs: (link: string) => number): VirtualConnect {
  return (url, events) => {
    const link = `stream/${url.searchParams.get(STREAM_ACTOR) ?? 'app'}`;
    const toServer = inOrder(world, () => latencyNs(link));
    const toClient = inOrder(world, () => latencyNs(link));
    let session: StreamSocket | undefined;
    const closed = (code: number, reason: string): void =>
      toClient(() => events.closed(code, reason, code !== ABNORMAL));
    toServer(() => {
      const { stream } = gateway;
      if (stream === undefined || stream.refuses(url)) return closed(ABNORMAL, '');
      session = stream.connect(url, {
        send: (frame) => toClient(() => events.received(frame)),
        close: closed,
      });
      toClient(() => events.opened());
    });
    return {
      send: (data) => toServer(() => session?.receive(data)),
      close(code, reason) {
        toServer(() => {
          session?.closed(code, reason);
          closed(code, reason);
        });
      },
    };
  };
}

/** A message never overtakes an earlier one. */
function inOrder(world: World, latencyNs: () => number): (happen: () => void) => void {
  let last = 0;
  return (happen) => {
    last = Math.max(last, world.now + latencyNs());
    world.schedule(last - world.now, happen);
  };
}
