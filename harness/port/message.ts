/** HTTP messages as plain data, for the parts between an application and its databases. Bodies are text, fully read. */

export interface HttpMessage {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty if there is no body. */
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Names the actor (worker, session) that a request is made for. The gateway removes it. */
export const ACTOR_HEADER = 'x-ratchet-actor';
/** Names the operation of that actor that a request is part of. The gateway removes it. */
export const OPERATION_HEADER = 'x-ratchet-operation';
/** The same as members of the W3C header `baggage`, which servers may pass on. */
export const ACTOR_BAGGAGE = 'ratchet.actor';
export const OPERATION_BAGGAGE = 'ratchet.operation';
