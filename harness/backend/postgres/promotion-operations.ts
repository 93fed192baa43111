/** What a backend of PostgreSQL servers does with them in a promotion. */
import type { NodeName } from '../../port/backend.ts';
import type { Address } from './address.ts';
import type { ApplyOutage } from './server-node.ts';

export interface PromotionOperations {
  /** From now on nobody finds the primary; who is connected stays so. */
  hidePrimary(): Promise<void>;
  /** It is gone, and nobody is alarmed. */
  killPrimary(): Promise<void>;
  /**
   * Starts a server in the primary's place, on a copy of the disk of a replica that is down: a standby of nobody, which
   * nobody finds but at the address to which this resolves.
   */
  startOnCopyOf(replica: NodeName): Promise<Address>;
  /** Whoever looks for the primary finds that server. */
  showPrimary(): Promise<void>;
  /** Of replicas that are down. */
  copyDisk(from: NodeName, to: NodeName): Promise<void>;
  outageOf(replica: NodeName): ApplyOutage;
}
