/** Caches and client libraries of a plan. */
import fc, { type Arbitrary } from 'fast-check';
import { Cache, type CachePlan } from '../cache-plan.ts';
import { Library, type LibraryPlan } from '../library-plan.ts';

/** They apply to answers that say nothing of caches. */
const LIFETIMES = [
  'max-age=1',
  'max-age=5',
  'max-age=1, stale-while-revalidate=5',
  'max-age=0, stale-if-error=30',
] as const;

/** None is kept longer than a few seconds, so that a page that is watched on converges. */
export function cacheDrafts(): Arbitrary<CachePlan> {
  const lifetime = fc.constantFrom(...LIFETIMES);
  return fc.oneof(
    lifetime.map((value) => Cache.parse({ at: 'browser', cache_control: value })),
    fc
      .record({ cache_control: lifetime, pops: fc.constantFrom(1, 2, 3), key: fc.constantFrom('url', 'path') })
      .map((fields) => Cache.parse({ at: 'edge', ...fields })),
    fc
      .record({ revalidate_ms: fc.constantFrom(500, 1_000, 3_000), shared: fc.boolean(), deduplicates: fc.boolean() })
      .map((fields) => Cache.parse({ at: 'app', ...fields })),
  );
}

export function libraryDrafts(): Arbitrary<LibraryPlan> {
  return fc.oneof(
    fc
      .record({ broadcasts: fc.boolean(), persists: fc.boolean(), stale_ms: fc.constantFrom(0, 1_000) })
      .map((fields) => Library.parse({ name: 'query-core', ...fields })),
    fc
      .record({ persists: fc.boolean(), dedupe_ms: fc.constantFrom(2_000, 0) })
      .map((fields) => Library.parse({ name: 'swr', ...fields })),
  );
}
