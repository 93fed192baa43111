/** The operations on servers that a backend must provide for a promotion. */
import type { NodeName } from '../../port/backend.ts';
import type { Address } from './address.ts';
import type { ApplyOutage } from './server-node.ts';

export interface PromotionOperations {
  /** Makes new connections to the primary fail; existing ones stay open. */
  hidePrimary(): Promise<void>;
  /** Ends the primary without reporting a failure. */
  killPrimary(): Promise<void>;
  /**
   * Starts the new primary on a copy of the disk of a replica that is down: a standby without an upstream, which
   * accepts connections only at the returned address.
   */
  startOnCopyOf(replica: NodeName): Promise<Address>;
  /** Makes that server reachable at the primary's address. */
  showPrimary(): Promise<void>;
  /** Replaces the disk of one replica by a copy of another's. Both must be down. */
  copyDisk(from: NodeName, to: NodeName): Promise<void>;
  outageOf(replica: NodeName): ApplyOutage;
}
