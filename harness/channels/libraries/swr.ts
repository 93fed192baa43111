/** A page with SWR: the hook `useSWR` with `refreshInterval`, in React without a screen. */
import { createRequire } from 'node:module';
import type { Cache, KeyedMutator, State } from 'swr';
import { requirePackage } from '../../optional-package.ts';
import type { CachedProgress, ClientLibrary, LibraryTools, LibraryView, Refetch } from '../../port/library.ts';
import { loadHeadlessReact, type HeadlessReact, type MountedPage } from './headless-react.ts';

type Package = typeof import('swr');

const require = createRequire(import.meta.url);
const NEEDED_BY = 'a tab with the library swr';
let loaded: Package | undefined;

/** @throws EnvironmentError if one of the packages is not installed */
export function loadSwr(): ClientLibrary {
  const host = loadHeadlessReact(NEEDED_BY);
  loaded ??= requirePackage('swr', NEEDED_BY, (name) => require(name) as Package);
  const library = loaded;
  return { cacheName: 'SWR cache', open: (tools) => new SwrPage(library, host, tools) };
}

class SwrPage implements LibraryView {
  readonly #tools: LibraryTools;
  readonly #cache: Map<string, State<CachedProgress>>;
  readonly #page: MountedPage;
  #setPage: (state: PageState) => void = () => undefined;
  #state: PageState = { refreshes: false, looks: 0 };
  #mutate: KeyedMutator<CachedProgress> | undefined;
  #shown: CachedProgress | undefined;

  constructor({ default: useSWR, SWRConfig }: Package, { react, mount }: HeadlessReact, tools: LibraryTools) {
    this.#tools = tools;
    const { settings, key, everyMs, storage } = tools;
    const saved = settings.persists ? storage.get(this.#slot) : undefined;
    this.#cache = new Map(typeof saved === 'string' ? (JSON.parse(saved) as [string, State<CachedProgress>][]) : []);
    const useProgress = (refreshInterval: number): void => {
      const { data, mutate } = useSWR<CachedProgress>(key, () => tools.fetch(), { refreshInterval });
      react.useEffect(() => {
        this.#mutate = mutate;
        this.#show(data);
      }, [data, mutate]);
    };
    const Look = (): null => (useProgress(0), null);
    const Page = (): React.ReactNode => {
      const [{ refreshes, looks }, setPage] = react.useState(this.#state);
      this.#setPage = setPage;
      useProgress(refreshes ? everyMs : 0);
      return Array.from({ length: looks }, (_, at) => react.createElement(Look, { key: at }));
    };
    const value = {
      provider: () => this.#cache as unknown as Cache<CachedProgress>,
      dedupingInterval: settings.name === 'swr' ? settings.dedupe_ms : 0,
      // By default it compares values deeply, and keeps the old object if they are equal.
      compare: Object.is,
    };
    this.#page = mount(react.createElement(SWRConfig, { value }, react.createElement(Page)));
  }

  /** A component that mounts joins a request of the last `dedupingInterval`; a call of `mutate` does not. */
  async refetch(how: Refetch): Promise<void> {
    if (how === 'join') this.#update({ looks: this.#state.looks + 1 });
    else await this.#mutate?.().catch(() => undefined);
  }

  /** SWR cannot cancel a request. */
  cancel(): void {}

  set(cached: CachedProgress): void {
    void this.#mutate?.(cached, { revalidate: false });
  }

  /** Tabs with SWR tell each other nothing. */
  takeOver(): void {}

  start(): void {
    this.#update({ refreshes: true });
  }

  stop(): void {
    this.#update({ refreshes: false });
  }

  /** The documentation's provider for the local storage writes when the page is unloaded. */
  close(): void {
    if (this.#tools.settings.persists) this.#tools.storage.set(this.#slot, JSON.stringify([...this.#cache]));
    this.#page.unmount();
  }

  get #slot(): string {
    return `swr ${this.#tools.key}`;
  }

  #update(change: Partial<PageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#setPage(this.#state);
  }

  #show(data: CachedProgress | undefined): void {
    if (data === undefined || data === this.#shown) return;
    this.#shown = data;
    this.#tools.show(data);
  }
}

interface PageState {
  readonly refreshes: boolean;
  /** Components that have mounted later, and show the same value. */
  readonly looks: number;
}
