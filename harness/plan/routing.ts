/** How the load balancer distributes reads; docs/PLAN.md describes each. */
export const ROUTINGS = ['get-to-replica', 'round-robin', 'sticky', 'primary-only'] as const;
