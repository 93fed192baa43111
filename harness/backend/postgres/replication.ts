/** A connection for logical decoding: the part of PostgreSQL's protocol that streaming needs. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Address } from './address.ts';
import { DATABASE } from './address.ts';
import { FrameReader } from './wal-stream.ts';
import type { Frame } from './wal-stream.ts';

const PROTOCOL_3 = 196_608;
const AUTHENTICATED = 0;
const CLEARTEXT_PASSWORD = 3;
/** Microseconds from 1970 to 2000, the epoch of PostgreSQL. */
export const POSTGRES_EPOCH_US = 946_684_800_000_000n;

export interface ReplicationHandlers {
  /** A message of the decoding plugin. */
  onMessage(message: Buffer): void;
  /** The server has decoded up to here, and has sent everything before. */
  onDecoded(position: bigint, replyRequested: boolean): void;
  onClose(): void;
}

export class ReplicationConnection {
  readonly #socket: Socket;
  readonly #handlers: ReplicationHandlers;
  readonly #password: string;
  #reply: { resolve(): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket, handlers: ReplicationHandlers, password: string) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#password = password;
    const reader = new FrameReader();
    socket.on('data', (chunk) => reader.push(chunk).forEach((frame) => this.#receive(frame)));
    socket.on('error', (error) => this.#reply?.reject(error));
    socket.on('close', () => {
      this.#reply?.reject(new Error('The server closed the connection.'));
      handlers.onClose();
    });
  }

  static async open(address: Address, handlers: ReplicationHandlers): Promise<ReplicationConnection> {
    const { at, user, password } = address;
    const connection = new ReplicationConnection('path' in at ? connect(at.path) : connect(at), handlers, password);
    await connection.#ask(startupMessage({ user, database: DATABASE, replication: 'database' }));
    return connection;
  }

  /** Resolves when the command has completed or, if it starts streaming, when streaming has started. */
  #command(text: string): Promise<void> {
    return this.#ask(textMessage('Q', text));
  }

  /** Streams what is committed from now on to the tables of the publications, by a slot that ends with the connection. */
  async decode(slot: string, publications: string): Promise<void> {
    await this.#command(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
    const plugin = `(proto_version '1', publication_names '${publications}')`;
    await this.#command(`START_REPLICATION SLOT ${slot} LOGICAL 0/0 ${plugin}`);
  }

  /** Reports to the server the received position, and whether to reply with its decoded position. */
  report(received: bigint, replyRequested: boolean): void {
    const message = Buffer.alloc(5 + 34);
    message.write('d');
    message.writeUInt32BE(4 + 34, 1);
    message.write('r', 5);
    for (const offset of [6, 14, 22]) message.writeBigUInt64BE(received, offset);
    message.writeBigInt64BE(BigInt(Date.now()) * 1000n - POSTGRES_EPOCH_US, 30);
    message[38] = replyRequested ? 1 : 0;
    if (this.#socket.writable) this.#socket.write(message);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reply = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  #authenticate(method: number): void {
    if (method === CLEARTEXT_PASSWORD) this.#socket.write(textMessage('p', this.#password));
    else if (method !== AUTHENTICATED) {
      this.#reply?.reject(new Error(`The server requires an authentication method (${method}) that is not supported.`));
    }
  }

  #receive(frame: Frame): void {
    if (frame.kind === 'wal') {
      this.#handlers.onMessage(frame.wal);
      return;
    }
    const { bytes } = frame;
    const type = String.fromCharCode(bytes.readUInt8(0));
    if (type === 'd' && bytes[5] === 0x6b) this.#handlers.onDecoded(bytes.readBigUInt64BE(6), bytes[22] === 1);
    else if (type === 'R') this.#authenticate(bytes.readUInt32BE(5));
    else if (type === 'E') this.#reply?.reject(new Error(errorText(bytes.subarray(5))));
    // Ready for query, or streaming.
    else if (type === 'Z' || type === 'W') this.#reply?.resolve();
  }
}

function textMessage(type: string, text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([header, body]);
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${pairs.join('')}\0`);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length);
  header.writeUInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([header, body]);
}

/** Each field of an error is a letter and a text; `M` is the message. */
function errorText(body: Buffer): string {
  const fields = body.toString('utf8').split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'unknown error';
}
