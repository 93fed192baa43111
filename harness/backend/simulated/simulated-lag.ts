/**
 * How far a replica is behind. It costs nothing: what it shows is a function of the log and the time, and is worked
 * out when somebody looks. What has been shown is never taken back.
 */
import type { Clock } from '../../clock.ts';
import { EnvironmentError } from '../../errors.ts';
import { lsnToBigInt, type Lsn } from '../../history/lsn.ts';
import type { TrackedTable } from '../../port/backend.ts';
import { View, type CommitLog, type LogEntry } from './versioned-rows.ts';

type Gate = (entry: LogEntry) => boolean;

const OPEN: Gate = () => true;
const SHUT: Gate = () => false;

export class Lag {
  readonly #name: string;
  readonly #log: CommitLog;
  readonly #clock: Clock;
  readonly #tracked: TrackedTable | undefined;
  readonly #view: View;
  readonly #isFed: () => boolean;
  #gate: Gate = OPEN;

  /** @param isFed whether what the primary sends arrives at all; look at `current` before that changes */
  constructor(name: string, log: CommitLog, clock: Clock, tracked: TrackedTable | undefined, isFed: () => boolean) {
    this.#name = name;
    this.#isFed = isFed;
    this.#log = log;
    this.#clock = clock;
    this.#tracked = tracked;
    this.#view = new View(log);
  }

  /** The tables as the replica shows them now. */
  current(): View {
    if (this.#isFed()) this.#view.advance(this.#gate);
    return this.#view;
  }

  /** As a copy of the primary that was made anew, where it shows what the log no longer has. */
  rewind(): void {
    this.#view.rewind();
  }

  pause(): void {
    this.#change(SHUT);
  }

  delay(milliseconds: number): void {
    this.#change((entry) => entry.at + milliseconds * 1e6 <= this.#clock.now());
  }

  resume(): void {
    this.#change(OPEN);
  }

  /** @throws EnvironmentError when the replica shows a later commit already */
  holdAt(lsn: Lsn): void {
    const target = Number(lsnToBigInt(lsn));
    const { position } = this.current();
    this.#change((entry) => entry.position <= target);
    if (!this.#hasCommitBetween(target, position)) return;
    throw new EnvironmentError(
      'simulated-hold-too-late',
      `${this.#name} cannot be held at ${lsn}: it already has the commits up to ${this.#view.lsn}.`,
      'Pause or hold the replica before the commits that it must not show.',
    );
  }

  #change(gate: Gate): void {
    this.current();
    this.#gate = gate;
    this.current();
  }

  #hasCommitBetween(after: number, upTo: number): boolean {
    return this.#log.entries.some(
      ({ position, changes }) =>
        position > after && position <= upTo && changes.some(({ table }) => table === this.#tracked?.table),
    );
  }
}
