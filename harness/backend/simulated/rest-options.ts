import type { DatabaseModel } from '../../port/model.ts';
import type { RoleOf } from './call.ts';
import type { OpenTransaction } from './transaction.ts';

export interface RestOptions {
  model: DatabaseModel;
  roleOf: RoleOf;
  /** A transaction; on a replica one that cannot write. */
  begin(): OpenTransaction;
  /** Makes its changes durable. */
  commit(transaction: OpenTransaction): void;
}
