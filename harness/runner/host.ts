/** Where a run takes place: its time, and the way from the application to the gateway. */
import type { Gateway } from '../gateway/gateway.ts';
import { serveGateway, type GatewayServer } from '../gateway/gateway-server.ts';
import type { SimulationOptions } from '../port/backend.ts';
import { realClock, type Clock } from '../clock.ts';
import { tagRequests } from '../subject/attribution.ts';

export interface Host {
  /** A clock that begins now. */
  clock(): Clock;
  /** Makes requests to `url` go to the gateway, with the headers that say on whose behalf. */
  serve(gateway: Pick<Gateway, 'handle'>): Promise<GatewayServer>;
  /** Tells of what goes wrong outside of any actor. */
  onTrouble(report: (reason: Error) => void): void;
  /** What keeps an application that has done its work from ending, e.g. timers; asked once it is closed. */
  leftBehind(): Error | undefined;
  /** For a backend that is virtual. */
  readonly simulation?: Omit<SimulationOptions, 'model'>;
}

/** This process, a loopback port, and time as it passes. */
export const realHost: Host = {
  clock: realClock,
  serve(gateway) {
    tagRequests();
    return serveGateway(gateway);
  },
  onTrouble: () => undefined,
  leftBehind: () => undefined,
};
