/** The port of Supabase Realtime: what a database tells it, how a socket reaches it, and what faults act on. */
import type { MaybePromise } from '../maybe-promise.ts';
import type { HttpAnswer, HttpMessage } from './message.ts';

/** The parameter of a socket's URL that names the tab, as a client of a run sends it. */
export const STREAM_ACTOR = 'ratchet_actor';

/** The types whose values are numbers in a row, by their names in `pg_type`. */
export const NUMERIC_TYPES: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'oid',
]);

/** A row as JSON, without the columns whose values are not known. */
export type StreamRow = Readonly<Record<string, unknown>>;

/** A table of the publication `supabase_realtime`. */
export interface PublishedTable {
  schema: string;
  name: string;
  columns: readonly { name: string; type: string }[];
  primaryKey: readonly string[];
  /** Row-level security is on. */
  hasPolicies: boolean;
}

export interface RowChange {
  table: PublishedTable;
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The new version; missing for `DELETE`. A large value that did not change is missing in it. */
  row?: StreamRow;
  /** What the log has of the old version: the primary key, or the row if the replica identity is full. */
  old?: StreamRow;
}

export interface ChangeTransaction {
  /** Milliseconds since 1970. */
  committedAtMs: number;
  /** In the order of the statements. */
  changes: readonly RowChange[];
}

export type SlotState = 'lost' | 'created';

/** The changes that the primary logs, for tables of the publication. */
export interface ChangeFeed {
  /** Of the publication. */
  tables(): readonly PublishedTable[];
  /** `undefined` if the table does not exist, or is not published. */
  table(schema: string, name: string): PublishedTable | undefined;
  /**
   * Calls `listener` with every later transaction, in commit order; returns a function that stops it.
   * @param onSlot is called when the primary is lost, and when there is a slot at the end of the new one's log
   */
  follow(listener: (transaction: ChangeTransaction) => void, onSlot?: (state: SlotState) => void): () => void;
  /** Resolves when every transaction that was committed so far has been passed on. */
  delivered(): MaybePromise<void>;
}

/** The client's end of a socket. */
export interface StreamPeer {
  send(frame: string | Uint8Array): void;
  close(code: number, reason: string): void;
}

/** The server's end of a socket. */
export interface StreamSocket {
  receive(frame: string | Uint8Array): void;
  /** The client has closed the socket, or its connection has broken: with 1006 then. */
  closed(code: number, reason: string): void;
}

export interface StreamServer {
  /** Whether the handshake is refused, with 403, for its API key. */
  refuses(url: URL): boolean;
  connect(url: URL, peer: StreamPeer): StreamSocket;
  /** Answers a request to the endpoint for broadcasts; `undefined` for any other request. */
  http(request: HttpMessage): MaybePromise<HttpAnswer> | undefined;
}

/** Realtime of a remote target. The API keys in URLs, frames and requests are those of the cluster. */
export interface TargetRealtime {
  /**
   * Whether the changes of the table can be subscribed to, as far as it is known before a tab does so.
   * @throws RatchetError if the target has no Realtime, or it does not accept a socket
   */
  publishes(table: { schema: string; name: string }): Promise<boolean>;
  /** A frame that arrives before the socket is open is sent when it is. */
  connect: StreamServer['connect'];
  /** Rejects if the target cannot be reached. */
  http(request: HttpMessage): Promise<HttpAnswer>;
}

/** What faults act on. */
export interface StreamTargets {
  /** Applies `effect` to every later frame with a change or a broadcast for the tab; returns a function that stops it. */
  interceptFrames(session: string, effect: FrameEffect): () => void;
  /** Closes the socket of a tab. */
  closeSocket(session: string, code: number): void;
  /** Nothing passes the sockets of the tab any more, in either direction; returns a function that ends it. */
  freeze(session: string): () => void;
  /** Answers the joins of a tab with an error; returns a function that stops it. */
  refuseJoins(session: string): () => void;
  /** Subscriptions of later joins of the tab take effect so much later; returns a function that stops it. */
  delayReadiness(session: string, milliseconds: number): () => void;
  /** `undefined` if the server is that of a remote target. */
  readonly server: StreamServerTargets | undefined;
}

/** The faults of the server itself. */
export interface StreamServerTargets {
  /** The access tokens of the tab's channels are no longer valid: the server closes the channels. */
  expireTokens(session: string): void;
  /** Loses the replication slot: what is committed until the returned function is called is never sent. */
  loseSlot(): () => void;
}

/**
 * What happens to a frame: it is sent by `send`, now or later, once, several times or never. A fault that ends sends what
 * it still holds.
 */
export type FrameEffect = (send: () => void, later: (milliseconds: number, run: () => void) => void) => void;
