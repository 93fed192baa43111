/** The environment of a run: its clock, and the network between the application and the gateway. */
import { randomInt } from 'node:crypto';
import { serveGateway, type GatewayServer, type ServedGateway } from '../gateway/gateway-server.ts';
import type { SimulationOptions } from '../port/backend.ts';
import { exemptLoopback } from './loopback-proxy.ts';
import { realClock, wallTime, type Clock } from '../clock.ts';
import { onNetworkFailure, tagRequests } from '../subject/attribution.ts';

export interface Host {
  /** A clock that starts now. */
  clock(): Clock;
  /** The date, in milliseconds since 1970. */
  nowMs(): number;
  /** A number in [0, 1), for what Realtime does at random. */
  random(): number;
  /** Serves the gateway at the returned `url`. Requests to it carry the headers that name their actor and operation. */
  serve(gateway: ServedGateway): Promise<GatewayServer>;
  /** Registers a listener for failures outside of actors. */
  onFailure(listener: (reason: Error) => void): void;
  /** A resource that the application has not released, such as a timer. Called after the application is closed. */
  findLeak(): Error | undefined;
  /** Whether a request has been sent and is not answered yet. Without it, only those that have arrived are known. */
  hasRequestsInFlight?(): boolean;
  /** How many status requests an instance of the application answers at the same time; others wait. No limit by default. */
  readonly inFlightMax?: number;
  /** Present if the host can run a virtual backend. */
  readonly simulation?: Omit<SimulationOptions, 'model'>;
}

const RANDOM_RANGE = 2 ** 32;

/** Real time, and a gateway on a loopback port of this process. */
export const realHost: Host = {
  clock: realClock,
  nowMs: () => wallTime().getTime(),
  random: () => randomInt(RANDOM_RANGE) / RANDOM_RANGE,
  serve(gateway) {
    tagRequests();
    exemptLoopback();
    return serveGateway(gateway);
  },
  onFailure: onNetworkFailure,
  findLeak: () => undefined,
  inFlightMax: 1_024,
};
