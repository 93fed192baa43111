/** HTTP as plain data, for what stands between an application and its databases: bodies have been read, and are text. */

export interface HttpMessage {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Names the actor (worker, session) on whose behalf a request is made; never passed on. */
export const ACTOR_HEADER = 'x-ratchet-actor';
/** Names the operation of that actor that a request is part of; never passed on. */
export const OPERATION_HEADER = 'x-ratchet-operation';
