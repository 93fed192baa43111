/** The caches of a run, as its plan describes them. */
import type { Edge } from '../edge/edge.ts';
import type { EdgeCacheOptions } from '../edge/edge-caches.ts';
import type { CacheRule } from '../edge/http-cache.ts';
import { BackgroundWork } from '../gateway/claim.ts';
import { cacheAt } from '../plan/cache-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { CacheTargets } from '../port/fault-targets.ts';
import type { FetchCache } from '../port/subject.ts';
import type { ExchangeRecorder } from '../recording/exchanges.ts';
import { createFetchCache } from '../subject/fetch-cache.ts';

export interface RunCaches {
  /** For the edge; `undefined` if nothing is cached there. */
  readonly atEdge: Omit<EdgeCacheOptions, 'inBackground'> | undefined;
  /** The cache of an instance, counted from 0. */
  ofInstance(at: number): FetchCache | undefined;
  readonly targets: CacheTargets;
  /** From now on, answers of caches are recorded. */
  begin(edge: Edge, exchanges: ExchangeRecorder): void;
  /** Resolves when all work that continues after an answer is done. */
  settled(): Promise<void>;
}

type DataCache = ReturnType<typeof createFetchCache>;

/** @param nowMs the date of the run */
export function runCaches({ topology: { caches = [] } }: Plan, nowMs: () => number): RunCaches {
  if (caches.length === 0) return NO_CACHES;
  let edge: Edge | undefined;
  let exchanges: ExchangeRecorder | undefined;
  const background = new BackgroundWork();
  const app = cacheAt(caches, 'app');
  const dataCaches: DataCache[] = [];

  return {
    atEdge: atEdge(),
    ofInstance(at) {
      if (app === undefined) return undefined;
      return (dataCaches[app.shared ? 0 : at] ??= dataCache(app));
    },
    targets: {
      purge(place, pop) {
        if (place !== 'app') edge?.caches?.purge(place, pop);
        else for (const cache of dataCaches) cache.purge();
      },
      route: (session, pop) => edge?.caches?.route(session, pop),
    },
    begin(opened, recorder) {
      edge = opened;
      exchanges = recorder;
    },
    settled: () => background.settled(),
  };

  function atEdge(): RunCaches['atEdge'] {
    const browser = cacheAt(caches, 'browser');
    const shared = cacheAt(caches, 'edge');
    if (browser === undefined && shared === undefined) return undefined;
    return {
      nowMs,
      browser: browser && { rule: ruleOf(browser) },
      edge: shared && { rule: ruleOf(shared), ignoresQuery: shared.key === 'path', pops: shared.pops },
      onServed: ({ operation }, served) => exchanges?.servedFrom(operation, served),
    };
  }

  function dataCache({ caches: which, revalidate_ms: revalidateMs, deduplicates }: NonNullable<typeof app>): DataCache {
    return createFetchCache({
      cachesAll: which === 'all',
      revalidateMs,
      deduplicates,
      nowMs,
      inBackground: (work) => background.start(work),
      onServed: (operation, ageMs) =>
        exchanges?.servedFrom(operation, { cache: 'data cache', ageMs, isOfSupabase: true }),
    });
  }
}

function ruleOf(cache: { cache_control?: string | undefined; overrides: boolean }): CacheRule | undefined {
  const { cache_control: cacheControl, overrides } = cache;
  return cacheControl === undefined ? undefined : { cacheControl, overrides };
}

const NO_CACHES: RunCaches = {
  atEdge: undefined,
  ofInstance: () => undefined,
  targets: { purge: () => undefined, route: () => undefined },
  begin: () => undefined,
  settled: async () => undefined,
};
