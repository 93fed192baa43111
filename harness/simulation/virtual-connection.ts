/** The interface between the sockets of a simulation and its network. */

/** The network's end of a socket. */
export interface VirtualConnection {
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
}

/** What the network tells a socket. */
export interface SocketEvents {
  opened(): void;
  received(data: string | Uint8Array): void;
  closed(code: number, reason: string, wasClean: boolean): void;
}

/** Connects a socket; the events come later, never during the call. */
export type VirtualConnect = (url: URL, events: SocketEvents) => VirtualConnection;
