/** What Realtime of a run reads of an environment: the changes of its primary, as its process passes them on. */
import type { ChangeFeed, ChangeTransaction, PublishedTable } from '../port/stream.ts';

export class EnvironmentChanges implements ChangeFeed {
  readonly delivered: ChangeFeed['delivered'];
  readonly #tables: readonly PublishedTable[];
  readonly #listeners: Set<(transaction: ChangeTransaction) => void>;

  /** @param listeners are called with every transaction that the environment passes on */
  constructor(
    tables: readonly PublishedTable[],
    listeners: Set<(transaction: ChangeTransaction) => void>,
    delivered: ChangeFeed['delivered'],
  ) {
    this.#tables = tables;
    this.#listeners = listeners;
    this.delivered = delivered;
  }

  tables(): readonly PublishedTable[] {
    return this.#tables;
  }

  table(schema: string, name: string): PublishedTable | undefined {
    return this.#tables.find((table) => table.schema === schema && table.name === name);
  }

  follow(listener: (transaction: ChangeTransaction) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
