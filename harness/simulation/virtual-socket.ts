/** The `WebSocket` of a simulation: the interface of browsers, over a connection that the world makes. */
import { currentWorld } from './world.ts';
import { escape } from './escapes.ts';
import type { VirtualConnection } from './virtual-connection.ts';

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
const NO_STATUS = 1005;

class VirtualWebSocket extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  readonly url: string;
  readonly protocol = '';
  readonly extensions = '';
  readonly bufferedAmount = 0;
  binaryType = 'blob';
  readyState = CONNECTING;
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  readonly #connection: VirtualConnection;

  constructor(url: string | URL) {
    super();
    const connect = currentWorld()?.connect;
    if (connect === undefined) throw escape(`new WebSocket of ${String(url)}`);
    const at = new URL(url);
    this.url = at.href;
    this.#connection = connect(at, {
      opened: () => {
        this.readyState = OPEN;
        this.#emit('open', {});
      },
      received: (data) => {
        if (this.readyState === OPEN) this.#emit('message', { data: this.#dataOf(data) });
      },
      closed: (code, reason, wasClean) => {
        if (this.readyState === CLOSED) return;
        this.readyState = CLOSED;
        if (!wasClean) this.#emit('error', {});
        this.#emit('close', { code, reason, wasClean });
      },
    });
  }

  send(data: string | ArrayBufferLike | ArrayBufferView): void {
    if (this.readyState === CONNECTING) throw new DOMException('Still in CONNECTING state', 'InvalidStateError');
    if (this.readyState === OPEN) this.#connection.send(sentData(data));
  }

  close(code: number = NO_STATUS, reason = ''): void {
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    this.#connection.close(code, reason);
  }

  #dataOf(data: string | Uint8Array): unknown {
    return typeof data === 'string' ? data : Uint8Array.from(data).buffer;
  }

  #emit(type: 'open' | 'message' | 'close' | 'error', fields: EventFields): void {
    this[`on${type}`]?.({ type, ...fields });
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

/** The fields that realtime-js and applications read. */
interface EventFields {
  data?: unknown;
  code?: number;
  reason?: string;
  wasClean?: boolean;
}

type Handler = ((event: EventFields & { type: string }) => void) | null;

function sentData(data: string | ArrayBufferLike | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

const RealWebSocket = globalThis.WebSocket;

/** The global of a simulation, which outside of one behaves like the real one. */
export function virtualWebSocket(): typeof WebSocket {
  function Socket(...args: ConstructorParameters<typeof WebSocket>): object {
    return currentWorld() === undefined ? new RealWebSocket(...args) : new VirtualWebSocket(args[0]);
  }
  Socket.prototype = RealWebSocket.prototype;
  return Object.assign(Socket, { CONNECTING, OPEN, CLOSING, CLOSED }) as unknown as typeof WebSocket;
}
