/** Who follows the changes of a primary, and the state of the slot through which they are read. */
import type { ChangeFeed, ChangeTransaction, SlotState } from '../port/stream.ts';

export class ChangeListeners {
  readonly #transactions = new Set<(transaction: ChangeTransaction) => void>();
  readonly #slots = new Set<(state: SlotState) => void>();

  get isEmpty(): boolean {
    return this.#transactions.size === 0;
  }

  readonly follow: ChangeFeed['follow'] = (listener, onSlot = () => undefined) => {
    this.#transactions.add(listener);
    this.#slots.add(onSlot);
    return () => {
      this.#transactions.delete(listener);
      this.#slots.delete(onSlot);
    };
  };

  pass(transaction: ChangeTransaction): void {
    for (const listener of this.#transactions) listener(transaction);
  }

  /** Of a primary that is lost, or of the new one. */
  slot(state: SlotState): void {
    for (const listener of this.#slots) listener(state);
  }
}
