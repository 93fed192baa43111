/** The store of a simulation by a model: versioned rows in memory. */
import type { DatabaseModel, Row, Scalar } from '../../port/model.ts';
import type { PublishedTable } from '../../port/stream.ts';
import { createRest, type RestHandler } from './simulated-rest.ts';
import { publishedChanges } from './model-changes.ts';
import type { SimulatedStore, StoreOptions } from './simulated-store.ts';
import { OpenTransaction } from './transaction.ts';
import { formatTimestamp } from './values.ts';
import type { View } from './versioned-rows.ts';

/** Names in `pg_type`. */
const TYPE_NAMES: Readonly<Record<string, string>> = { integer: 'int4', boolean: 'bool' };

export class ModelStore implements SimulatedStore {
  readonly version = 'simulated';
  readonly #model: DatabaseModel;
  readonly #options: StoreOptions;
  readonly #published: readonly PublishedTable[];

  constructor(model: DatabaseModel, options: StoreOptions) {
    this.#model = model;
    this.#options = options;
    this.#published = publishedIn(model);
  }

  rest(view: () => View, isReplica: boolean): RestHandler {
    return createRest({
      model: this.#model,
      readAccess: this.#options.readAccess,
      begin: () => this.#begin(view(), isReplica),
      commit: (transaction) => this.#commit(transaction),
    });
  }

  insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const transaction = this.#begin(this.#options.primary, false);
    transaction.insert(table, row as Record<string, Scalar>);
    this.#commit(transaction);
  }

  /** A model has no table of users. */
  addUser(): void {}

  /** The views are the store. */
  rewind(): void {}

  find(table: string, id: string): Row | undefined {
    return this.#options.primary.rows(table).get(id);
  }

  published(): readonly PublishedTable[] {
    return this.#published;
  }

  close(): void {}

  #begin(view: View, isReplica: boolean): OpenTransaction {
    return new OpenTransaction({ model: this.#model, view, now: () => this.#timestamp(), isReplica });
  }

  #commit({ changes }: OpenTransaction): void {
    if (changes.length === 0) return;
    const { onCommit, primary } = this.#options;
    onCommit(changes, () => publishedChanges(this.#published, changes, primary));
  }

  #timestamp(): string {
    const microseconds = Math.round(this.#options.dateMs() * 1e3);
    const fraction = microseconds % 1e6;
    return formatTimestamp((microseconds - fraction) / 1e3, fraction);
  }
}

function publishedIn({ tables }: DatabaseModel): PublishedTable[] {
  return Object.entries(tables).flatMap(([name, { isPublished, columns, primaryKey, policies }]) => {
    if (isPublished !== true) return [];
    const types = Object.entries(columns).map(([column, { type }]) => ({
      name: column,
      type: TYPE_NAMES[type] ?? type,
    }));
    return [{ schema: 'public', name, columns: types, primaryKey, hasPolicies: policies !== undefined }];
  });
}
