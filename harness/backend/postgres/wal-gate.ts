/** Decides which part of a stream of WAL may pass. Pure: the time is an argument, and the result is frames. */
import type { Frame, WalFrame } from './wal-stream.ts';
import { splitFrame } from './wal-stream.ts';

const OPEN = 1n << 64n;

interface Queued {
  frame: Frame;
  arrivedAt: number;
}

/** A gate exists as long as its standby, across replication connections. */
export class WalGate {
  /** Nothing at or after this position passes. */
  #limit = OPEN;
  #delayMs = 0;
  #passed = 0n;
  #arrived = 0n;
  #queue: Queued[] = [];
  #waitingBytes = 0;

  /** End of the WAL that has passed: the standby has at most this. */
  get passed(): bigint {
    return this.#passed;
  }

  /** End of the WAL that the primary has sent, whether it has passed or not. */
  get arrived(): bigint {
    return this.#arrived;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  open(): void {
    this.#limit = OPEN;
    this.#delayMs = 0;
  }

  /** Lets nothing pass until the next change. */
  close(): void {
    this.#limit = this.#passed;
  }

  /** Lets everything before `position` pass and nothing after it. WAL that has already passed is not affected. */
  holdAt(position: bigint): void {
    this.#limit = position > this.#passed ? position : this.#passed;
    this.#delayMs = 0;
  }

  delay(milliseconds: number): void {
    this.#limit = OPEN;
    this.#delayMs = milliseconds;
  }

  /** Called when the standby has been reset to an earlier position. */
  rewind(position: bigint): void {
    if (position < this.#passed) this.#passed = position;
  }

  push(frame: Frame, now: number): void {
    if (frame.kind === 'wal' && frame.end > this.#arrived) this.#arrived = frame.end;
    this.#queue.push({ frame, arrivedAt: now });
    this.#waitingBytes += sizeOf(frame);
  }

  /** A new connection sends again what the old one had not delivered. */
  forgetQueue(): void {
    this.#queue = [];
    this.#waitingBytes = 0;
  }

  /** The frames that may pass at `now`, and the milliseconds until a delayed frame may pass, if one is waiting. */
  take(now: number): { frames: Frame[]; againInMs: number | undefined } {
    const frames: Frame[] = [];
    let taken = 0;
    let againInMs: number | undefined;
    for (const queued of this.#queue) {
      const { frame } = queued;
      if (frame.kind === 'wal') {
        const early = queued.arrivedAt + this.#delayMs - now;
        if (early > 0) {
          againInMs = early;
          break;
        }
        if (frame.end > this.#limit) {
          if (frame.start < this.#limit) queued.frame = this.#cross(frame, frames);
          break;
        }
        this.#advance(frame);
      }
      frames.push(frame);
      taken += 1;
    }
    this.#queue.splice(0, taken);
    for (const frame of frames) this.#waitingBytes -= sizeOf(frame);
    return { frames, againInMs };
  }

  /** Passes the part of a frame before the limit; returns the part that must wait. */
  #cross(frame: WalFrame, frames: Frame[]): WalFrame {
    const [before, after] = splitFrame(frame, this.#limit);
    frames.push(before);
    this.#advance(before);
    return after;
  }

  #advance(frame: WalFrame): void {
    if (frame.end > this.#passed) this.#passed = frame.end;
  }
}

function sizeOf(frame: Frame): number {
  return frame.kind === 'wal' ? frame.wal.length : frame.bytes.length;
}
