/** Counts the requests that name no actor: faults that match an actor do not apply to them. */
import type { GatewayListener } from '../gateway/gateway.ts';

export interface AttributionCount {
  /** Passes everything on. */
  readonly listener: GatewayListener;
  /** A note for the report; `undefined` if every request names its actor. */
  note(): string | undefined;
}

export function countAttribution(listener: GatewayListener): AttributionCount {
  let requests = 0;
  let unattributed = 0;
  return {
    listener: {
      requested(exchange) {
        requests += 1;
        if (exchange.actor === undefined) unattributed += 1;
        listener.requested(exchange);
      },
      ended: (exchange) => listener.ended(exchange),
    },
    note: () => (unattributed === 0 ? undefined : describe(unattributed, requests)),
  };
}

function describe(unattributed: number, requests: number): string {
  const which = unattributed === requests ? 'none' : `${requests - unattributed}`;
  return (
    `requests of the server are not attributed: ${which} of ${requests} named the actor that they were made for; ` +
    'faults that match an actor do not apply to the others (see docs/SESSION.md)'
  );
}
