import type { DatabaseModel } from '../../port/model.ts';
import type { RoleOf } from './call.ts';
import type { OpenTransaction } from './transaction.ts';

export interface RestOptions {
  model: DatabaseModel;
  roleOf: RoleOf;
  /** Begins a transaction, which is read-only on a replica. */
  begin(): OpenTransaction;
  /** Makes the changes of a transaction durable. */
  commit(transaction: OpenTransaction): void;
}
