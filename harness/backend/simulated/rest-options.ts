import type { DatabaseModel } from '../../port/model.ts';
import type { ReadAccess } from './call.ts';
import type { OpenTransaction } from './transaction.ts';

export interface RestOptions {
  model: DatabaseModel;
  readAccess: ReadAccess;
  /** Begins a transaction, which is read-only on a replica. */
  begin(): OpenTransaction;
  /** Makes the changes of a transaction durable. */
  commit(transaction: OpenTransaction): void;
}
