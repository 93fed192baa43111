import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame, WalFrame } from './wal-stream.ts';
import { encodeFrame, FrameReader, splitFrame } from './wal-stream.ts';

const walFrame = fc
  .record({
    start: fc.bigInt(0n, 1n << 60n),
    behind: fc.bigInt(0n, 1n << 20n),
    clock: fc.bigInt(0n, 1n << 60n),
    wal: wal(0),
  })
  .map(({ start, behind, clock, wal }): WalFrame => {
    const end = start + BigInt(wal.length);
    return { kind: 'wal', start, end, senderEnd: end + behind, clock, wal };
  });

const otherFrame = fc
  .record({ type: fc.constantFrom('T', 'D', 'C', 'Z', 'W', 'k'), body: fc.uint8Array({ maxLength: 40 }) })
  .map(({ type, body }): Frame => {
    // A keepalive is also CopyData, but not WAL.
    const inner = type === 'k' ? Buffer.concat([Buffer.from('k'), body]) : Buffer.from(body);
    const bytes = Buffer.alloc(5 + inner.length);
    bytes.write(type === 'k' ? 'd' : type, 0);
    bytes.writeUInt32BE(4 + inner.length, 1);
    inner.copy(bytes, 5);
    return { kind: 'other', bytes };
  });

const frames = fc.array(fc.oneof(walFrame, otherFrame), { maxLength: 12 });

function wal(minLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
}

/** Splits bytes at the given fractions of their length. */
function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('reading the replication stream', () => {
  it('finds the same frames however the bytes are split into chunks', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(frames, cuts, (sent, cuts) => {
        const reader = new FrameReader();
        const bytes = Buffer.concat(sent.map(encodeFrame));
        const read = chunked(bytes, cuts).flatMap((chunk) => reader.push(chunk));
        expect(read).toEqual(sent);
        expect(Buffer.concat(read.map(encodeFrame))).toEqual(bytes);
      }),
    );
  });

  it('splits a frame into two that meet at the position and carry the same bytes', () => {
    const split = fc.tuple(walFrame, wal(2)).chain(([frame, bytes]) => {
      const whole: WalFrame = { ...frame, wal: bytes, end: frame.start + BigInt(bytes.length) };
      return fc.tuple(fc.constant(whole), fc.integer({ min: 1, max: bytes.length - 1 }));
    });
    fc.assert(
      fc.property(split, ([frame, offset]) => {
        const position = frame.start + BigInt(offset);
        const [before, after] = splitFrame(frame, position);
        expect([before.start, before.end, before.senderEnd]).toEqual([frame.start, position, position]);
        expect([after.start, after.end, after.senderEnd]).toEqual([position, frame.end, frame.senderEnd]);
        expect(Buffer.concat([before.wal, after.wal])).toEqual(frame.wal);
        expect(new FrameReader().push(encodeFrame(before))).toEqual([before]);
      }),
    );
  });
});
