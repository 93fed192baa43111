/**
 * The part of the streaming replication protocol that the WAL proxy needs. Messages are `type, length, body`. WAL is
 * sent in CopyData messages whose body starts with `w`, followed by start, end of WAL on the server, clock and bytes
 * (PostgreSQL documentation, "Streaming Replication Protocol").
 */

/** Bytes of WAL at a position. */
export interface WalFrame {
  kind: 'wal';
  start: bigint;
  /** Position after the last byte. */
  end: bigint;
  /** The end of the WAL on the sender. */
  senderEnd: bigint;
  clock: bigint;
  wal: Buffer;
}

/** Any other message, passed on unchanged. */
export interface OtherFrame {
  kind: 'other';
  bytes: Buffer;
}

export type Frame = WalFrame | OtherFrame;

const COPY_DATA = 0x64;
const XLOG_DATA = 0x77;
const PREFIX_BYTES = 5;
const WAL_HEADER_BYTES = PREFIX_BYTES + 1 + 3 * 8;

/** Splits a stream of bytes, which arrives in chunks of any size, into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (bytes.length >= PREFIX_BYTES) {
      const size = 1 + bytes.readUInt32BE(1);
      if (bytes.length < size) break;
      frames.push(toFrame(bytes.subarray(0, size)));
      bytes = bytes.subarray(size);
    }
    this.#rest = bytes;
    return frames;
  }
}

export function encodeFrame(frame: Frame): Buffer {
  if (frame.kind === 'other') return frame.bytes;
  const header = Buffer.alloc(WAL_HEADER_BYTES);
  header[0] = COPY_DATA;
  header.writeUInt32BE(WAL_HEADER_BYTES - 1 + frame.wal.length, 1);
  header[PREFIX_BYTES] = XLOG_DATA;
  header.writeBigUInt64BE(frame.start, PREFIX_BYTES + 1);
  header.writeBigUInt64BE(frame.senderEnd, PREFIX_BYTES + 9);
  header.writeBigUInt64BE(frame.clock, PREFIX_BYTES + 17);
  return Buffer.concat([header, frame.wal]);
}

/** The parts before and from `position`. The sender's end of WAL in the first part is set to `position`. */
export function splitFrame(frame: WalFrame, position: bigint): [WalFrame, WalFrame] {
  const cut = Number(position - frame.start);
  return [
    { ...frame, end: position, senderEnd: position, wal: frame.wal.subarray(0, cut) },
    { ...frame, start: position, wal: frame.wal.subarray(cut) },
  ];
}

function toFrame(bytes: Buffer): Frame {
  if (bytes[0] !== COPY_DATA || bytes[PREFIX_BYTES] !== XLOG_DATA) return { kind: 'other', bytes };
  const start = bytes.readBigUInt64BE(PREFIX_BYTES + 1);
  const wal = bytes.subarray(WAL_HEADER_BYTES);
  return {
    kind: 'wal',
    start,
    end: start + BigInt(wal.length),
    senderEnd: bytes.readBigUInt64BE(PREFIX_BYTES + 9),
    clock: bytes.readBigUInt64BE(PREFIX_BYTES + 17),
    wal,
  };
}
