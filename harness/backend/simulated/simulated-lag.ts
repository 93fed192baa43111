/**
 * The lag of a simulated replica. What the replica shows is a function of the log and the time, computed when it is
 * read, so that a lag schedules no events. A commit that has been shown stays visible.
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
  readonly #isReceiving: () => boolean;
  #gate: Gate = OPEN;

  /** @param isReceiving whether the replica receives what the primary sends; call `current` before that changes */
  constructor(
    name: string,
    log: CommitLog,
    clock: Clock,
    tracked: TrackedTable | undefined,
    isReceiving: () => boolean,
  ) {
    this.#name = name;
    this.#isReceiving = isReceiving;
    this.#log = log;
    this.#clock = clock;
    this.#tracked = tracked;
    this.#view = new View(log);
  }

  /** The tables as the replica shows them now. */
  current(): View {
    if (this.#isReceiving()) this.#view.advance(this.#gate);
    return this.#view;
  }

  /** Resets the replica to the log if it shows commits that are no longer in it. */
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

  /** @throws EnvironmentError if the replica already shows a later commit */
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
