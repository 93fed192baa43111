/** The client library of a tab, and how the page uses it. */
import { z } from 'zod';

const milliseconds = z.number().min(0).max(3_600_000);

const common = {
  /** The cache is kept in the browser's storage, and is there when the page is loaded again. */
  persists: z.boolean().default(false),
};

/** The defaults are those of the libraries. */
export const Library = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('query-core'),
    ...common,
    /** `staleTime`: what is younger is not fetched when the page is loaded. */
    stale_ms: milliseconds.default(0),
    /** How long after a change the cache is written to the storage; a change in between is written with it. */
    persist_ms: milliseconds.default(1_000),
    /** The tabs of the run with this field tell each other what they fetch. */
    broadcasts: z.boolean().default(false),
  }),
  z.strictObject({
    name: z.literal('swr'),
    ...common,
    /** `dedupingInterval`: so long after a fetch, another one is not sent. */
    dedupe_ms: milliseconds.default(2_000),
  }),
]);
export type LibraryPlan = z.output<typeof Library>;
export type LibraryName = LibraryPlan['name'];

export function describeLibrary(library: LibraryPlan): string {
  const tells = library.name === 'query-core' && library.broadcasts ? ', telling other tabs' : '';
  return `${library.name}${library.persists ? ', persisted' : ''}${tells}`;
}

interface TabWithLibrary {
  session: string;
  library?: LibraryPlan | undefined;
}

/** @returns what contradicts: a fault that the page has no library for */
export function contradictionOfLibraries(
  observers: readonly TabWithLibrary[],
  faults: readonly { kind: string; session?: string; how?: string }[],
): string | undefined {
  for (const [at, { kind, session, how }] of faults.entries()) {
    if (kind !== 'tab-refetch') continue;
    const library = observers.find((observer) => observer.session === session)?.library;
    if (library === undefined) return `faults.${at}: ${session} has no library, so its page cannot ask anew`;
    if (library.name === 'swr' && how === 'cancel') return `faults.${at}: swr cannot cancel a request`;
  }
  return undefined;
}
