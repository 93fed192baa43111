/** The caches of a plan: where they are, and what they are configured to do. */
import { z } from 'zod';

/** The places of caches, from the tab to the database. */
export const CACHE_PLACES = ['browser', 'edge', 'app'] as const;
export type CachePlace = (typeof CACHE_PLACES)[number];

/** Names of directives in lower case, with whole seconds. */
const DIRECTIVES = /^[a-z-]+(=\d+)?(, ?[a-z-]+(=\d+)?)*$/;
const cacheControl = z
  .string()
  .regex(DIRECTIVES, 'must be directives of Cache-Control, such as "s-maxage=5, stale-while-revalidate=30"');

const rule = {
  /** The value of `Cache-Control` for answers that have none. */
  cache_control: cacheControl.optional(),
  /** Whether `cache_control` replaces the value of the application, too. */
  overrides: z.boolean().default(false),
};

export const Cache = z.discriminatedUnion('at', [
  /** One private cache for each tab; it outlives the page. */
  z.strictObject({ at: z.literal('browser'), ...rule }),
  /** A CDN: a shared cache at each point of presence. */
  z.strictObject({
    at: z.literal('edge'),
    ...rule,
    pops: z.int().min(1).max(8).default(1),
    /** `path` leaves the query out: all tabs get the same answer, whatever they send. */
    key: z.enum(['url', 'path']).default('url'),
  }),
  /** A cache of the framework in front of the application's `fetch` to Supabase. */
  z.strictObject({
    at: z.literal('app'),
    /** `all`: every GET that does not say otherwise is cached; `opted-in`: those that ask for it. */
    caches: z.enum(['all', 'opted-in']).default('all'),
    /** After this time, the next GET gets the old answer, and a new one is fetched; by default, answers are kept. */
    revalidate_ms: z.number().min(0).max(3_600_000).optional(),
    /** Whether the instances of the application share it. */
    shared: z.boolean().default(false),
    /** Equal GETs of one request to the application are sent once. */
    deduplicates: z.boolean().default(false),
  }),
]);
export type CachePlan = z.output<typeof Cache>;

/** @returns what contradicts: two caches at one place, or a rule that replaces nothing */
export function contradictionOf(caches: readonly CachePlan[]): string | undefined {
  const places = caches.map(({ at }) => at);
  const twice = places.findIndex((place, at) => places.indexOf(place) < at);
  if (twice >= 0) return `topology.caches.${twice}: there is a cache at ${places[twice]} already`;
  const empty = caches.findIndex((cache) => cache.at !== 'app' && cache.overrides && cache.cache_control === undefined);
  return empty < 0 ? undefined : `topology.caches.${empty}: overrides needs a cache_control`;
}

/** The cache at a place. */
export function cacheAt<Place extends CachePlace>(
  caches: readonly CachePlan[],
  place: Place,
): Extract<CachePlan, { at: Place }> | undefined {
  return caches.find((cache): cache is Extract<CachePlan, { at: Place }> => cache.at === place);
}

export function describeCache(cache: CachePlan): string {
  if (cache.at === 'app') return describeDataCache(cache);
  const { cache_control: value, overrides } = cache;
  const what = value === undefined ? '' : overrides ? `, always ${value}` : `, ${value} by default`;
  if (cache.at === 'browser') return `the browser of each tab${what}`;
  const pops = cache.pops === 1 ? 'the edge' : `the edge, at ${cache.pops} points of presence`;
  return `${pops}${cache.key === 'path' ? ', without the query' : ''}${what}`;
}

function describeDataCache({ caches, revalidate_ms: ms, shared, deduplicates }: CachePlan & { at: 'app' }): string {
  const which = caches === 'all' ? 'every GET to Supabase' : 'every GET to Supabase that asks for it';
  const life = ms === undefined ? '' : `, revalidated after ${ms} ms`;
  const whose = shared ? 'the application' : 'each instance';
  return `${whose}, of ${which}${life}${deduplicates ? ', once for each request' : ''}`;
}
