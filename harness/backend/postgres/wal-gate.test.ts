import { describe, expect, it } from 'vitest';
import { WalGate } from './wal-gate.ts';
import type { Frame, WalFrame } from './wal-stream.ts';

function wal(start: number, end: number): WalFrame {
  const from = BigInt(start);
  const to = BigInt(end);
  return { kind: 'wal', start: from, end: to, senderEnd: to, clock: 0n, wal: Buffer.alloc(end - start) };
}

const keepalive: Frame = { kind: 'other', bytes: Buffer.from('keepalive') };

/** The frames that pass, as `start-end`. */
function passing(gate: WalGate, now = 0): string[] {
  return gate.take(now).frames.map((frame) => (frame.kind === 'wal' ? `${frame.start}-${frame.end}` : 'other'));
}

describe('the gate of a standby', () => {
  it('passes everything while it is open', () => {
    const gate = new WalGate();
    for (const frame of [keepalive, wal(0, 10), wal(10, 30)]) gate.push(frame, 0);
    expect(passing(gate)).toEqual(['other', '0-10', '10-30']);
    expect(gate.passed).toBe(30n);
    expect(gate.waitingBytes).toBe(0);
  });

  it('splits the frame that crosses the position, and keeps the rest in order for later', () => {
    const gate = new WalGate();
    gate.holdAt(14n);
    for (const frame of [wal(0, 10), wal(10, 30), keepalive, wal(30, 40)]) gate.push(frame, 0);
    expect(passing(gate)).toEqual(['0-10', '10-14']);
    expect(passing(gate)).toEqual([]);
    gate.holdAt(30n);
    expect(passing(gate)).toEqual(['14-30', 'other']);
    gate.open();
    expect(passing(gate)).toEqual(['30-40']);
    expect(gate.waitingBytes).toBe(0);
  });

  it('knows how much WAL has arrived and how much has passed, also after a rewind', () => {
    const gate = new WalGate();
    gate.holdAt(10n);
    for (const frame of [wal(0, 10), wal(10, 30)]) gate.push(frame, 0);
    expect(passing(gate)).toEqual(['0-10']);
    expect([gate.arrived, gate.passed]).toEqual([30n, 10n]);
    gate.rewind(20n);
    expect(gate.passed).toBe(10n);
    gate.rewind(4n);
    expect(gate.passed).toBe(4n);
    expect(passing(gate)).toEqual([]);
  });

  it('cannot hold at a position that has already passed', () => {
    const gate = new WalGate();
    gate.push(wal(0, 20), 0);
    passing(gate);
    gate.holdAt(5n);
    gate.push(wal(20, 30), 0);
    expect(passing(gate)).toEqual([]);
    expect(gate.passed).toBe(20n);
  });

  it('closes at the current position, and passes again what a new connection repeats', () => {
    const gate = new WalGate();
    gate.push(wal(0, 20), 0);
    passing(gate);
    gate.close();
    gate.push(wal(20, 30), 0);
    gate.forgetQueue();
    gate.push(wal(0, 30), 0);
    expect(passing(gate)).toEqual(['0-20']);
    expect(gate.passed).toBe(20n);
  });

  it('delays every frame from its arrival, and returns when to try again', () => {
    const gate = new WalGate();
    gate.delay(100);
    gate.push(wal(0, 10), 1000);
    gate.push(wal(10, 20), 1040);
    expect(gate.take(1099.5)).toEqual({ frames: [], againInMs: 0.5 });
    expect(passing(gate, 1100)).toEqual(['0-10']);
    expect(gate.take(1100).againInMs).toBe(40);
    gate.delay(10);
    expect(passing(gate, 1100)).toEqual(['10-20']);
  });

  it('drops a position when a delay replaces it, and a delay when a position replaces it', () => {
    const gate = new WalGate();
    gate.holdAt(5n);
    gate.delay(50);
    gate.push(wal(0, 10), 0);
    expect(passing(gate, 50)).toEqual(['0-10']);
    gate.holdAt(15n);
    gate.push(wal(10, 20), 60);
    expect(passing(gate, 60)).toEqual(['10-15']);
  });
});
