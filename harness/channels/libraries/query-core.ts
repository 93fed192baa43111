/** A page with TanStack Query: a `QueryObserver` with `refetchInterval`, and what the plugins for persistence and broadcast do. */
import { createRequire } from 'node:module';
import type { QueryCacheNotifyEvent, QueryClient, QueryObserver } from '@tanstack/query-core';
import { requirePackage } from '../../optional-package.ts';
import type { CachedProgress, ClientLibrary, LibraryTools, LibraryView, Refetch } from '../../port/library.ts';

type Package = typeof import('@tanstack/query-core');

const require = createRequire(import.meta.url);
let loaded: Package | undefined;

/** @throws EnvironmentError if the package is not installed */
export function loadQueryCore(): ClientLibrary {
  loaded ??= requirePackage('@tanstack/query-core', 'a tab with the library query-core', (name) => {
    const library = require(name) as Package;
    // Without a window, it takes its process for a server, and fetches nothing at intervals.
    library.environmentManager.setIsServer(() => false);
    return library;
  });
  const library = loaded;
  return { cacheName: 'query cache', open: (tools) => new QueryPage(library, tools) };
}

class QueryPage implements LibraryView {
  readonly #library: Package;
  readonly #tools: LibraryTools;
  readonly #client: QueryClient;
  readonly #observer: QueryObserver<CachedProgress>;
  readonly #queryKey: readonly string[];
  readonly #unsubscribe: (() => void)[] = [];
  #shown: CachedProgress | undefined;
  #isClosed = false;
  #isSaving = false;

  constructor(library: Package, tools: LibraryTools) {
    const { settings, key, storage } = tools;
    this.#library = library;
    this.#tools = tools;
    this.#queryKey = ['progress', key];
    this.#client = new library.QueryClient({
      // Copies would hide which fetch a value is from. What is garbage is collected after the run.
      defaultOptions: { queries: { structuralSharing: false, gcTime: Number.POSITIVE_INFINITY } },
    });
    const saved = storage.get(this.#slot);
    if (settings.persists && typeof saved === 'string') library.hydrate(this.#client, JSON.parse(saved));
    this.#observer = new library.QueryObserver<CachedProgress>(this.#client, {
      queryKey: this.#queryKey,
      queryFn: ({ signal }) => tools.fetch(signal),
      staleTime: settings.name === 'query-core' ? settings.stale_ms : 0,
    });
    this.#unsubscribe.push(this.#client.getQueryCache().subscribe((event) => this.#changed(event)));
    // As `useQuery` subscribes: it is told in a later task.
    const told = library.notifyManager.batchCalls(() => this.#show(this.#observer.getCurrentResult().data));
    this.#unsubscribe.push(this.#observer.subscribe(told));
    this.#show(this.#observer.getCurrentResult().data);
  }

  async refetch(how: Refetch): Promise<void> {
    await this.#observer.refetch({ cancelRefetch: how === 'cancel-and-refetch' });
  }

  cancel(): void {
    void this.#client.cancelQueries({ queryKey: this.#queryKey });
  }

  set(cached: CachedProgress): void {
    this.#client.setQueryData(this.#queryKey, cached);
  }

  start(): void {
    this.#observer.setOptions({ ...this.#observer.options, refetchInterval: this.#tools.everyMs });
  }

  /** As `broadcastQueryClient` does when another tab has updated the query. */
  takeOver(cached: CachedProgress): void {
    const query = this.#client.getQueryCache().find<CachedProgress>({ queryKey: this.#queryKey });
    // The state of the other tab's query, which is newer.
    query?.setState({
      data: cached,
      dataUpdatedAt: query.state.dataUpdatedAt + 1,
      error: null,
      status: 'success',
    });
  }

  stop(): void {
    this.#observer.setOptions({ ...this.#observer.options, refetchInterval: false });
  }

  close(): void {
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#client.clear();
  }

  get #slot(): string {
    return `query-core ${this.#tools.key}`;
  }

  #show(data: CachedProgress | undefined): void {
    if (this.#isClosed || data === undefined || data === this.#shown) return;
    this.#shown = data;
    this.#tools.show(data);
  }

  #changed(event: QueryCacheNotifyEvent): void {
    const { settings, tell } = this.#tools;
    if (settings.persists) this.#save();
    if (event.type !== 'updated' || event.action.type !== 'success' || event.action.manual === true) return;
    if (settings.name === 'query-core' && settings.broadcasts) tell(event.query.state.data as CachedProgress);
  }

  /** As the persister of `persistQueryClient` does: some time after the first of several changes. */
  #save(): void {
    if (this.#isSaving) return;
    this.#isSaving = true;
    void this.#tools.sleep(persistMsOf(this.#tools.settings)).then(() => {
      this.#isSaving = false;
      if (this.#isClosed) return;
      this.#tools.storage.set(this.#slot, JSON.stringify(this.#library.dehydrate(this.#client)));
    });
  }
}

function persistMsOf(settings: LibraryTools['settings']): number {
  return settings.name === 'query-core' ? settings.persist_ms : 0;
}
