/**
 * HTTP messages as plain data, for the parts between an application and its databases. Bodies are text, fully read; that of a
 * request with the type `application/octet-stream` has a character from U+0000 to U+00FF for each byte.
 */

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

/** How the body of a request with these headers is text. */
export function encodingOf(headers: Pick<Headers, 'get'>): 'latin1' | 'utf8' {
  return headers.get('content-type')?.startsWith('application/octet-stream') === true ? 'latin1' : 'utf8';
}

/** Names the actor (worker, session) that a request is made for. The gateway removes it. */
export const ACTOR_HEADER = 'x-ratchet-actor';
/** Names the operation of that actor that a request is part of. The gateway removes it. */
export const OPERATION_HEADER = 'x-ratchet-operation';
/** The same as members of the W3C header `baggage`, which servers may pass on. */
export const ACTOR_BAGGAGE = 'ratchet.actor';
export const OPERATION_BAGGAGE = 'ratchet.operation';
