/** The operations of a promotion for servers in containers: the new primary runs in the container of the old one. */
import type { PromotionOperations } from '../postgres/promotion-operations.ts';
import type { ApplyOutage } from '../postgres/server-node.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import { required } from '../../required.ts';
import { untilReady, type Database } from './database-container.ts';

export interface ContainersPromotionOptions {
  teardown: Teardown;
  outageOf(replica: string): ApplyOutage;
}

export function promotionOperations(
  primary: Database,
  replicas: readonly Database[],
  { teardown: { signal }, outageOf }: ContainersPromotionOptions,
): PromotionOperations {
  const replica = (name: string): Database =>
    required(
      replicas.find((each) => each.name === name),
      name,
    );
  return {
    outageOf,
    hidePrimary: () => primary.hide(signal),
    killPrimary: () => primary.container.kill(),
    async startOnCopyOf(name) {
      await primary.copyDiskOf(replica(name));
      await primary.container.start();
      await untilReady(primary, signal, primary.promoter);
      return primary.promoter;
    },
    showPrimary: () => primary.show(signal),
    copyDisk: (from, to) => replica(to).copyDiskOf(replica(from)),
  };
}
