/** Labels that record the owner of containers and networks, so that the next start finds those of a killed run. */
import { randomBytes } from 'node:crypto';
import { isDead, parseOwner, thisOwner } from '../../lifetime/owner.ts';

export const OWNER_LABEL = 'ratchet.owner';
export const RUN_LABEL = 'ratchet.run';

/** One cluster of this process. */
export interface Run {
  id: string;
  labels: Record<string, string>;
}

export function makeRun(): Run {
  const id = randomBytes(4).toString('hex');
  return { id, labels: { [OWNER_LABEL]: JSON.stringify(thisOwner()), [RUN_LABEL]: id } };
}

/** True only when it is certain. False for objects without an owner label of Ratchet's, which must not be removed. */
export function isOwnerDead(labels: Record<string, string> | undefined | null): boolean {
  const owner = parseOwner(labels?.[OWNER_LABEL] ?? '');
  return owner !== undefined && isDead(owner);
}
