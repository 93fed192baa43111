/** How the load balancer spreads reads; docs/PLAN.md says what each does. */
export const ROUTINGS = ['get-to-replica', 'round-robin', 'sticky', 'primary-only'] as const;
